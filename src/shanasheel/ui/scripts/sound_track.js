// Recorded sound that follows the picture beside it: segments on the same time line, in an <audio>.
//
// The picture leads. Small differences are met by running a little faster or slower, larger ones by
// a jump; at speeds at which nobody understands a word there is silence.

import { SegmentPlayer } from "shanasheel-ui/segment_player.js";

const JUMP_S = 0.2;
const NEAR_S = 0.03; // lips are seen to be wrong from 0.045 s early (ITU-R BT.1359)
const NUDGE = 0.06;
const SLOWEST = 0.5;
const FASTEST = 2;

export class SoundTrack extends SegmentPlayer {
  constructor(audio, { camera, grant }) {
    super(audio, { camera, stream: "sound", grant });
  }

  reset(epoch_us) {
    super.reset(epoch_us);
    this.video.dataset.epochUs = epoch_us;
  }

  follow(target, rate, playing) {
    const { video: audio } = this;
    if (!playing || rate < SLOWEST || rate > FASTEST) {
      if (!audio.paused) audio.pause();
      return;
    }
    const ahead = audio.currentTime - target;
    if (!audio.seeking && Math.abs(ahead) > JUMP_S) audio.currentTime = target;
    audio.playbackRate = rate * (Math.abs(ahead) > NEAR_S ? 1 - Math.sign(ahead) * NUDGE : 1);
    if (audio.paused) audio.play().catch(() => undefined); // a page not yet touched may not sound
  }
}
