// Verifies a Shanasheel bundle in a browser, without any network. The same steps as verify.py.
// SPDX-License-Identifier: Apache-2.0
"use strict";

const WORDS = {};

const FUTURE_S = 300, SEAM_US = 10000, CHUNK = 1 << 22, AT_ONCE = 64 << 20;
const FOOTAGE = new Set(["segment", "intake", "gap", "deletion", "tampering", "clock"]);
const DEEDS = ["exhibit_opened", "exhibit_exported", "exhibit_downloaded"];
const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Fault extends Error {}
class Hostile extends Fault {}

// --- Bytes and hashes -----------------------------------------------------------------------------

const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((one, at) => one === b[at]);
function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}
function text(bytes, why) {
  try { return utf8.decode(bytes); } catch { throw new Fault(why); }
}
function ascii(bytes, why) {
  if (bytes.some((one) => one > 126)) throw new Fault(why);
  return utf8.decode(bytes);
}
function decoded(line) {
  let raw;
  try { raw = atob(line); } catch { throw new Fault("A line is not base64."); }
  if (btoa(raw) !== line) throw new Fault("A line is not canonical base64.");
  return Uint8Array.from(raw, (one) => one.charCodeAt(0));
}
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
function unhex(digits) {
  if (typeof digits !== "string" || !/^([0-9a-f]{2})*$/.test(digits)) throw new Fault("no hex");
  return Uint8Array.from(digits.match(/../g) || [], (one) => parseInt(one, 16));
}

/** SHA-256 in pieces (FIPS 180-4): the browser's own takes whole files only. */
class Sha256 {
  static K = (() => {
    const primes = [];
    for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
    const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) >>> 0;
    return { start: primes.slice(0, 8).map((p) => fraction(Math.sqrt(p))), rounds: Uint32Array.from(primes, (p) => cubeRoot(p)) };
    function cubeRoot(p) {
      // Exactly: the 32 bits behind the point of the cube root, by whole numbers.
      const wide = BigInt(p) << 96n;
      let low = 0n, high = 1n << 36n;
      while (high - low > 1n) { const mid = (low + high) >> 1n; if (mid * mid * mid <= wide) low = mid; else high = mid; }
      return Number(low & 0xffffffffn);
    }
  })();
  constructor() {
    this.state = Uint32Array.from(Sha256.K.start);
    this.rest = new Uint8Array(64); this.filled = 0; this.length = 0; this.w = new Uint32Array(64);
  }
  update(bytes) {
    this.length += bytes.length;
    let at = 0;
    if (this.filled) {
      const take = Math.min(64 - this.filled, bytes.length);
      this.rest.set(bytes.subarray(0, take), this.filled);
      this.filled += take; at = take;
      if (this.filled < 64) return this;
      this.block(this.rest, 0); this.filled = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at);
    this.rest.set(bytes.subarray(at)); this.filled = bytes.length - at;
    return this;
  }
  block(bytes, at) {
    const w = this.w, k = Sha256.K.rounds;
    for (let i = 0; i < 16; i++, at += 4) w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15], b = w[i - 2];
      w[i] = (w[i - 16] + w[i - 7] + (((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)) + (((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10))) | 0;
    }
    let [a, b, c, d, e, f, g, h] = this.state;
    for (let i = 0; i < 64; i++) {
      const t = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const u = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
    }
    const s = this.state;
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
  }
  digest() {
    const bits = this.length * 8, end = new Uint8Array(this.filled < 56 ? 64 : 128);
    end.set(this.rest.subarray(0, this.filled)); end[this.filled] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(bits / 2 ** 32)); view.setUint32(end.length - 4, bits >>> 0);
    for (let at = 0; at < end.length; at += 64) this.block(end, at);
    const out = new DataView(new ArrayBuffer(32));
    this.state.forEach((one, at) => out.setUint32(at * 4, one));
    return new Uint8Array(out.buffer);
  }
}
const sha256 = (...parts) => parts.reduce((made, part) => made.update(part), new Sha256()).digest();

async function ed25519(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  try {
    const known = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", known, signature, message);
  } catch { return false; }
}

// --- Merkle trees (RFC 6962, RFC 9162); sizes stay below 2^53 here ---------------------------------

const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);
const odd = (n) => n % 2 === 1;
const half = (n) => Math.floor(n / 2);

function checkInclusion(leaf, index, size, proof, root) {
  if (!(index >= 0 && index < size && size <= Number.MAX_SAFE_INTEGER) || [leaf, root, ...proof].some((one) => one.length !== 32)) throw new Fault(`Entry ${index} cannot be in a tree of ${size} entries.`);
  let digest = leaf, place = index, last = size - 1;
  for (const sibling of proof) {
    if (last === 0) throw new Fault("The inclusion proof holds more hashes than it may.");
    if (odd(place) || place === last) {
      digest = nodeHash(sibling, digest);
      while (!odd(place) && place) { place = half(place); last = half(last); }
    } else digest = nodeHash(digest, sibling);
    place = half(place); last = half(last);
  }
  if (last) throw new Fault("The inclusion proof holds fewer hashes than it must.");
  if (!same(digest, root)) throw new Fault(`The inclusion proof of entry ${index} misses the root.`);
}

function checkConsistency(old, size, was, now, proof) {
  if (!(old > 0 && old <= size && size <= Number.MAX_SAFE_INTEGER) || [was, now, ...proof].some((one) => one.length !== 32)) throw new Fault(`No proof can lead from ${old} to ${size} entries.`);
  if (old === size) {
    if (proof.length || !same(was, now)) throw new Fault(`Two different roots for ${old} entries.`);
    return;
  }
  const power = Number.isInteger(Math.log2(old)) && 2 ** Math.round(Math.log2(old)) === old;
  const path = power ? [was, ...proof] : proof;
  if (!path.length) throw new Fault("The consistency proof is empty.");
  let place = old - 1, last = size - 1;
  while (odd(place)) { place = half(place); last = half(last); }
  let before = path[0], after = path[0];
  for (const sibling of path.slice(1)) {
    if (last === 0) throw new Fault("The consistency proof holds more hashes than it may.");
    if (odd(place) || place === last) {
      before = nodeHash(sibling, before); after = nodeHash(sibling, after);
      while (!odd(place) && place) { place = half(place); last = half(last); }
    } else after = nodeHash(after, sibling);
    place = half(place); last = half(last);
  }
  if (last || !same(before, was) || !same(after, now)) throw new Fault("The consistency proof misses a root.");
}

// --- Signed notes, checkpoints, cosignatures, proofs (C2SP) ----------------------------------------

const CONTROL = /[\x00-\x09\x0b-\x1f\x7f]/;
function checkName(name) {
  if (!name || /[+\s\x85\x00-\x1f\x7f]/.test(name)) throw new Fault("A key has an impossible name.");
}

function parseNote(data) {
  if (data.length > 1000000) throw new Fault("The note is longer than a million bytes.");
  const whole = text(data, "The note is not UTF-8."), cut = whole.lastIndexOf("\n\n");
  const body = whole.slice(0, cut + 1), tail = whole.slice(cut + 2);
  if (cut < 0 || !tail.endsWith("\n") || CONTROL.test(body)) throw new Fault("The note is misshapen.");
  const lines = tail.slice(0, -1).split("\n").map((line) => {
    const space = line.indexOf(" ", 2);
    if (!line.startsWith("\u2014 ") || space < 0) throw new Fault("The note has a misshapen line.");
    const name = line.slice(2, space), blob = decoded(line.slice(space + 1));
    checkName(name);
    if (blob.length <= 4) throw new Fault("A signature of the note is too short.");
    return { name, id: hex(blob.slice(0, 4)), blob: blob.slice(4) };
  });
  if (lines.length > 16 || new Set(lines.map((one) => `${one.name} ${one.id}`)).size !== lines.length) throw new Fault("The note repeats a signature, or has more than 16.");
  return { text: body, lines, data };
}

function parseHead(body) {
  const lines = body.split("\n");
  if (lines.length <= 3 || lines.pop() !== "" || lines.includes("")) throw new Fault("The checkpoint lacks one of origin, size and root.");
  checkName(lines[0]);
  const root = decoded(lines[2]), size = Number(lines[1]);
  if (!/^(0|[1-9][0-9]{0,18})$/.test(lines[1]) || root.length !== 32 || !Number.isSafeInteger(size)) throw new Fault("The checkpoint has no size or root.");
  if (size === 0 && !same(root, sha256())) throw new Fault("The checkpoint gives an empty tree a root.");
  return { origin: lines[0], size, root };
}

function parseKey(words, kinds) {
  const first = words.indexOf("+"), second = words.indexOf("+", first + 1);
  if (first < 0 || second < 0) throw new Fault("it is no key.");
  const name = words.slice(0, first), material = decoded(words.slice(second + 1));
  if (!material.length || material.length - 1 !== kinds[material[0]]) throw new Fault("the key is of another type, or has a wrong length.");
  checkName(name);
  const id = hex(sha256(encoder.encode(`${name}\n`), material).slice(0, 4));
  if (material[0] !== 1 && encoder.encode(name).length > 255) throw new Fault("the key's name is too long.");
  if (id !== words.slice(first + 1, second)) throw new Fault("the key is damaged: its hash is not its own.");
  return { name, id, kind: material[0], key: material.slice(1) };
}

async function cosignedAt(note, witness) {
  const line = note.lines.find((one) => one.name === witness.name && one.id === witness.id);
  if (!line) return null;
  const at = line.blob.slice(0, 8).reduce((sum, one) => sum * 256n + BigInt(one), 0n);
  if (line.blob.length < 8 || at === 0n || at >= 1n << 63n) throw new Fault(`The cosignature of ${witness.name} tells no time.`);
  const message = encoder.encode(`cosignature/v1\ntime ${at}\n${note.text}`);
  if (!(await ed25519(witness.key, message, line.blob.slice(8)))) throw new Fault(`The cosignature of ${witness.name} is forged.`);
  return Number(at);
}

function parseHashes(lines) {
  const hashes = lines.map(decoded);
  if (hashes.length > 63 || hashes.some((one) => one.length !== 32)) throw new Fault("The proof has a line that is no hash of 32 bytes, or too many.");
  return hashes;
}

function parseProof(data) {
  if (data.length > 2000000) throw new Fault("The proof is longer than two million bytes.");
  let cut = -1;
  for (let at = 0; at + 1 < data.length && cut < 0; at++) if (data[at] === 10 && data[at + 1] === 10) cut = at;
  if (cut < 0) throw new Fault("The proof is none.");
  const lines = ascii(data.slice(0, cut), "The proof's lines are not ASCII.").split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Fault("The proof is none.");
  const extra = lines[0]?.startsWith("extra ") ? decoded(lines.shift().slice(6)) : new Uint8Array();
  const told = /^index (0|[1-9][0-9]{0,18})$/.exec(lines.shift() || "");
  if (!told || !Number.isSafeInteger(Number(told[1]))) throw new Fault("The proof does not say the entry's index.");
  const note = parseNote(data.slice(cut + 2)), place = Number(told[1]), hashes = parseHashes(lines);
  return { place, hashes, note, extra, check: (entry) => { const head = parseHead(note.text); checkInclusion(leafHash(entry), place, head.size, hashes, head.root); } };
}

// --- The verifier's policy (C2SP tlog-policy) ------------------------------------------------------

class Policy {
  constructor(data) {
    this.logs = []; this.witnesses = new Map(); this.groups = new Map(); this.grouped = new Set(); this.agencies = new Map();
    this.quorum = null; this.heads = new Map(); this.unable = new Set();
    if (data.length > 512 * 1024) throw new Fault("The policy is too long.");
    if (data.some((one) => (one < 32 && one !== 9 && one !== 10) || one === 127)) throw new Fault("The policy has a control character; lines end in a newline alone.");
    let whole;
    try { whole = utf8.decode(data); } catch { whole = new TextDecoder("latin1").decode(data); }
    whole.split("\n").forEach((line, at) => {
      try { this.take(line.split(/[ \t]/).filter(Boolean)); } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        throw new Fault(`Line ${at + 1} of the policy: ${fault.message}`);
      }
    });
    if (this.quorum === null) throw new Fault("The policy has no quorum line.");
  }
  take([kind, ...rest]) {
    if (!kind || (kind.startsWith("#") && kind !== "#agency")) return;
    const bounds = { log: [1, 2], witness: [2, 3], group: [3, Infinity], quorum: [1, 1], "#agency": [2, Infinity] };
    if (!Object.hasOwn(bounds, kind) || rest.length < bounds[kind][0] || rest.length > bounds[kind][1]) throw new Fault("it reads neither log, witness, group nor quorum.");
    const refuse = (bad, why) => { if (bad) throw new Fault(why); };
    const known = (name) => this.witnesses.has(name) || this.groups.has(name);
    const isNew = (name) => refuse(name === "none" || known(name), "the name is used already.");
    const [name, rule, ...members] = rest;
    if (kind === "log") {
      const key = parseKey(name, { 1: 32 });
      refuse(this.logs.some((one) => same(one.key, key.key)) || this.logs.length >= 256, "this log's key stands above already, or there are too many.");
      this.logs.push(key);
    } else if (kind === "witness") {
      isNew(name);
      const key = parseKey(rule, { 4: 32, 6: 1312 });
      refuse([...this.witnesses.values()].some((one) => same(one.key, key.key)) || this.witnesses.size >= 256, "this witness's key stands above already, or there are too many.");
      this.witnesses.set(name, key);
    } else if (kind === "group") {
      isNew(name);
      for (const one of members) {
        refuse(!known(one), "no witness or group of that name stands above.");
        refuse(this.grouped.has(one) || members.filter((other) => other === one).length > 1, "a member is in a group already.");
      }
      refuse(!/^(all|any|[0-9]{1,3})$/.test(rule), "a group asks for all, any or a number.");
      const least = rule === "all" ? members.length : rule === "any" ? 1 : Number(rule);
      refuse(least < 1 || least > members.length || this.groups.size >= 256, "a group asks for more than it has.");
      this.groups.set(name, [least, members]);
      for (const one of members) this.grouped.add(one);
    } else if (kind === "quorum") {
      refuse(this.quorum !== null, "there is a quorum line above already.");
      refuse(name !== "none" && !known(name), "no witness or group of that name stands above.");
      this.quorum = name;
    } else {
      for (const one of rest.slice(1)) {
        refuse(!this.witnesses.has(one), "no such witness is named above.");
        refuse([...this.agencies.values()].some((some) => some.has(one)), "a witness has an agency already.");
      }
      this.agencies.set(name, new Set([...(this.agencies.get(name) || []), ...rest.slice(1)]));
    }
  }
  metBy(names) {
    if (this.quorum === "none") return true;
    const signed = new Set(names);
    for (const [name, [least, members]] of this.groups) if (members.filter((one) => signed.has(one)).length >= least) signed.add(name);
    return signed.has(this.quorum);
  }
  dependence() {
    if (this.quorum === "none") return finding("not_independent_no_quorum", { agency: "" });
    for (const [agency, members] of this.agencies) if (this.metBy(members)) return finding("not_independent_one_agency", { agency });
    const said = new Set([...this.agencies.values()].flatMap((some) => [...some]));
    const unsaid = [...this.witnesses.keys()].filter((one) => !said.has(one));
    for (const [agency, members] of [...this.agencies, ["", []]]) if (this.metBy([...members, ...unsaid])) return finding("not_independent_unsaid", { agency });
    return finding("independent");
  }
  async head(note, nowS) {
    const key = hex(sha256(note.data));
    if (!this.heads.has(key)) {
      let told;
      try { told = await this.judged(note, nowS); } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        told = { log: "", signed: [], early: [], quorum: false, quorumS: null, why: fault.message };
      }
      this.heads.set(key, { ...told, size: parseHead(note.text).size });
    }
    return this.heads.get(key);
  }
  async judged(note, nowS) {
    let log = "";
    for (const line of note.lines) {
      const key = this.logs.find((one) => one.name === line.name && one.id === line.id);
      if (!key) continue;
      if (!(await ed25519(key.key, encoder.encode(note.text), line.blob))) throw new Fault(`The signature of ${line.name} on the note is forged.`);
      log = log || line.name;
    }
    let signed = [];
    for (const [name, key] of this.witnesses) {
      if (key.kind === 6) { if (note.lines.some((one) => one.name === key.name && one.id === key.id)) this.unable.add(name); continue; }
      const at = await cosignedAt(note, key);
      if (at !== null) signed.push([name, at]);
    }
    const early = signed.filter(([, at]) => at > nowS + FUTURE_S).map(([name]) => name);
    signed = signed.filter(([name]) => !early.includes(name));
    let quorumS = null;
    if (!this.metBy([])) {
      const times = signed.map(([, at]) => at).sort((a, b) => a - b);
      quorumS = times.find((at) => this.metBy(signed.filter(([, when]) => when <= at).map(([name]) => name))) ?? null;
    }
    return { log, signed, early, quorum: this.metBy(signed.map(([name]) => name)), quorumS, why: "" };
  }
}

// --- Records (RFC 8785) and commitments ------------------------------------------------------------

function canonical(value, depth = 0) {
  if (depth > 32) throw new Fault("The record nests too deep.");
  if (value === null || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Fault("The record has a number that is too large.");
    return String(value);
  }
  if (typeof value === "string") {
    if (/[\ud800-\udfff]/u.test(value)) throw new Fault("The record holds text that is not Unicode.");
    return JSON.stringify(value.normalize("NFC"));
  }
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, depth + 1)).join(",")}]`;
  return `{${Object.keys(value).sort().map((key) => `${canonical(key)}:${canonical(value[key], depth + 1)}`).join(",")}}`;
}
function parsed(bytes, why) {
  try { return JSON.parse(utf8.decode(bytes)); } catch { throw new Fault(why); }
}
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
function fieldsOf(body) {
  const fields = parsed(body, "The record is not JSON.");
  if (!isObject(fields) || !same(encoder.encode(canonical(fields)), body)) throw new Fault("The record is not in its canonical form.");
  return fields;
}
function openEntry(entry, body, salt) {
  if (salt.length !== 16) throw new Fault("The salt has not 16 bytes.");
  const told = entry.length <= 1024 ? parsed(entry, "The entry is not a commitment.") : null;
  if (!isObject(told) || typeof told.k !== "string" || !/^[a-z_]{1,16}$/.test(told.k) || typeof told.c !== "string") throw new Fault("The entry is not a commitment.");
  if (!same(encoder.encode(canonical({ v: 1, k: told.k, c: told.c })), entry)) throw new Fault("The entry is not a commitment in its canonical form.");
  if (told.c !== base64(sha256(encoder.encode("shn/rec/v1\0"), salt, body))) throw new Fault("The record is not the one the ledger committed to.");
  return told.k;
}

// --- Opening a bundle: files of a folder, or one zip file; nothing is unpacked ----------------------

function checked(name) {
  const parts = name.split("/");
  if (name.length > 1024 || parts.length > 32 || parts.some((one) => ["", ".", ".."].includes(one)) || name.includes("\\") || /[\x00-\x1f\x7f-\x9f]|[\ud800-\udfff]/u.test(name)) throw new Hostile(`A bundle cannot have a file named ${name.slice(0, 80)}.`);
  return name;
}
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

class Bag {
  constructor() { this.sizes = new Map(); this.blobs = new Map(); this.names = 0; }
  static ofFolder(files) {
    const bag = new Bag(), paths = files.map(([path]) => path);
    const tops = new Set(paths.map((path) => path.split("/")[0]));
    const top = paths.includes("bagit.txt") ? "" : `${[...tops][0]}/`;
    for (const [path, file] of files) {
      if (!path.startsWith(top)) throw new Hostile("Choose one bundle.");
      bag.add(path.slice(top.length), file.size, { blob: file, packed: false });
    }
    return bag;
  }
  static async ofZip(file) {
    const bag = new Bag();
    await bag.list(file);
    return bag;
  }
  add(name, size, source) {
    if (this.sizes.has(checked(name))) throw new Hostile(`The bundle has ${name} twice.`);
    this.names += name.length;
    if (this.sizes.size >= 200000 || this.names > 32 << 20) throw new Hostile("The bundle has too many files, or names too long.");
    this.sizes.set(name, size); this.blobs.set(name, source);
  }
  async read(name, limit) {
    if (!this.sizes.has(name)) throw new Fault(`The bundle has no ${name}.`);
    if (this.sizes.get(name) > limit) throw new Hostile(`${name} is longer than ${limit} bytes.`);
    const parts = [];
    for await (const part of this.chunks(name)) parts.push(part);
    return join(...parts);
  }
  async *chunks(name) {
    const { blob, packed } = this.blobs.get(name);
    if (!packed) {
      for (let at = 0; at < blob.size; at += CHUNK) yield bytesOf(blob.slice(at, at + CHUNK));
      return;
    }
    let left = this.sizes.get(name);
    const reader = blob.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        left -= next.value.length;
        if (left < 0) throw new Hostile(`${name} is longer than it says.`);
        yield next.value;
      }
    } catch (fault) {
      throw fault instanceof Fault ? fault : new Hostile(`${name} is packed wrongly.`);
    } finally { reader.cancel().catch(() => {}); }
    if (left) throw new Hostile(`${name} is not as long as it says.`);
  }
  async sha256(name) {
    const { blob, packed } = this.blobs.get(name);
    if (!packed && blob.size <= AT_ONCE) return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer())));
    const digest = new Sha256();
    for await (const part of this.chunks(name)) digest.update(part);
    return hex(digest.digest());
  }
  async list(file) {
    const [start, length, count] = await directoryOf(file);
    const data = await bytesOf(file.slice(start, start + length)), view = new DataView(data.buffer), entries = [];
    let at = 0;
    for (let number = 0; number < count; number++) {
      if (data.length - at < 46) throw new Hostile("The zip file's directory ends early.");
      const short = (to) => view.getUint16(at + to, true), long = (to) => view.getUint32(at + to, true);
      const named = short(28), extraLength = short(30), end = at + 46 + named + extraLength + short(32);
      if (long(0) !== 0x02014b50 || end > data.length) throw new Hostile("The zip file's directory is misshapen.");
      const method = short(10), mode = (long(38) >>> 16) & 0o170000;
      if (short(8) & 0x2041 || ![0, 8].includes(method)) throw new Hostile("The zip file is encrypted or packed in an unknown way.");
      if (short(4) >> 8 === 3 && ![0, 0o100000, 0o040000].includes(mode)) throw new Hostile("The zip file holds a link or no plain file.");
      const raw = data.slice(at + 46, at + 46 + named);
      const [size, packed, offset] = wide(view, at + 46 + named, extraLength, [long(24), long(20), long(42)]);
      if (method === 0 && size !== packed) throw new Hostile("The zip file contradicts itself about a size.");
      let name;
      try { name = short(8) & 0x800 ? utf8.decode(raw) : ascii(raw, ""); } catch { throw new Hostile("The zip file has a name that is not UTF-8."); }
      entries.push({ name, raw, offset, size, packed, method });
      at = end;
    }
    if (at !== data.length) throw new Hostile("The zip file's directory has bytes that name nothing.");
    await this.take(file, entries, start);
  }
  async take(file, entries, end) {
    const names = entries.map((one) => one.name), tops = new Set(names.map((name) => name.split("/")[0]));
    const top = names.includes("bagit.txt") ? "" : `${[...tops][0] ?? ""}/`;
    if (top && (tops.size !== 1 || !names.every((name) => name.startsWith(top)))) throw new Hostile("The zip file holds no bundle: it has no bagit.txt in one folder.");
    const spans = [];
    let allPacked = 0, allWhole = 0;
    for (const { name, raw, offset, size, packed, method } of entries) {
      if (name.endsWith("/")) continue;
      const local = await bytesOf(file.slice(offset, offset + 30 + raw.length));
      if (local.length !== 30 + raw.length) throw new Hostile("The bundle ends within a file.");
      const view = new DataView(local.buffer);
      if (view.getUint32(0, true) !== 0x04034b50 || view.getUint16(26, true) !== raw.length) throw new Hostile("The zip file contradicts itself about where a file is.");
      if (!same(local.slice(30), raw)) throw new Hostile("The zip file calls a file by two names.");
      const start = offset + 30 + raw.length + view.getUint16(28, true);
      spans.push([offset, start + packed]);
      this.add(name.slice(top.length), size, { blob: file.slice(start, start + packed), packed: method === 8 });
      allPacked += packed; allWhole += size;
    }
    if (allWhole > 20 * allPacked + (1 << 20)) throw new Hostile("The zip file would become far larger than it is.");
    spans.sort((a, b) => a[0] - b[0]);
    if (spans.some(([, stop], at) => stop > (spans[at + 1]?.[0] ?? end))) throw new Hostile("Files in the zip file overlap.");
  }
}

async function directoryOf(file) {
  const from = Math.max(0, file.size - 22 - 0xffff), tail = await bytesOf(file.slice(from));
  let at = tail.length - 22;
  const sign = (where, four) => four.every((one, add) => tail[where + add] === one);
  while (at >= 0 && !sign(at, [0x50, 0x4b, 5, 6])) at--;
  if (at < 0) throw new Hostile("This is no zip file.");
  const view = new DataView(tail.buffer), short = (to) => view.getUint16(at + to, true), long = (to) => view.getUint32(at + to, true);
  let count = short(10), length = long(12), start = long(16), end = from + at;
  if (at + 22 + short(20) !== tail.length || short(4) || short(6) || short(8) !== count) throw new Hostile("The zip file's end is misshapen.");
  if ([length, start].includes(0xffffffff) || count === 0xffff) {
    if (end < 76) throw new Hostile("The zip file's end is misshapen.");
    const locator = new DataView((await bytesOf(file.slice(end - 20, end))).buffer), place = whole64(locator, 8);
    if (locator.getUint32(0, true) !== 0x07064b50 || place + 56 !== end - 20) throw new Hostile("The zip file's end is misshapen.");
    const told = new DataView((await bytesOf(file.slice(place, place + 56))).buffer);
    if (told.getUint32(0, true) !== 0x06064b50 || told.getUint32(16, true) || told.getUint32(20, true) || whole64(told, 24) !== whole64(told, 32)) throw new Hostile("The zip file's end is misshapen.");
    [count, length, start, end] = [whole64(told, 32), whole64(told, 40), whole64(told, 48), place];
  }
  if (start + length !== end) throw new Hostile("The zip file has bytes that no directory names.");
  if (length > 64 << 20 || count > 400000) throw new Hostile("The zip file lists too many files.");
  return [start, length, count];
}
function whole64(view, at) {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw new Hostile("The zip file has an impossible size.");
  return value;
}
function wide(view, at, length, values) {
  let wanted = values.flatMap((value, index) => (value === 0xffffffff ? [index] : []));
  for (const end = at + length; wanted.length && at + 4 <= end; ) {
    const kind = view.getUint16(at, true), long = view.getUint16(at + 2, true);
    if (kind === 1 && long >= 8 * wanted.length && at + 4 + long <= end) {
      wanted.forEach((index, place) => { values[index] = whole64(view, at + 4 + 8 * place); });
      wanted = [];
    }
    at += 4 + long;
  }
  if (wanted.length) throw new Hostile("The zip file does not say how long a file is.");
  return values;
}

// --- The steps -------------------------------------------------------------------------------------

const finding = (key, given = {}) => ({ key, given: Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)])) });
function timeOf(us) {
  const at = new Date(Math.floor(us / 1000));
  return Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999 || at.getUTCFullYear() < 1 ? String(us) : at.toISOString();
}
const wordIn = (one, name) => (typeof one.body[name] === "string" ? one.body[name] : "");
const numberIn = (one, name) => (Number.isSafeInteger(one.body[name]) ? one.body[name] : 0);
const listIn = (one, name) => (Array.isArray(one?.body[name]) ? one.body[name] : []);
const spanIn = (one) => [numberIn(one, "start_us"), numberIn(one, "end_us")];
const spanFinding = (key, camera, [start, end], more = {}) => finding(key, { camera, start: timeOf(start), end: timeOf(end), ...more });
const byStart = (a, b) => a[0] - b[0] || a[1] - b[1];
function isSound(path) {
  const parts = path.split("/"), at = parts.indexOf("archive");
  return at >= 0 && parts[at + 2] === "sound";
}
function overlaps(camera, spans, key) {
  const wrong = [];
  let reached = null;
  for (const [start, end] of spans) {
    if (end < start) wrong.push(finding("backwards", { camera, at: timeOf(start) }));
    if (reached !== null && reached - start > SEAM_US) wrong.push(finding(key, { camera, at: timeOf(start) }));
    reached = reached === null ? end : Math.max(reached, end);
  }
  return wrong;
}

class Verification {
  constructor(bag, policy, nowS, seal, progress = () => {}) {
    Object.assign(this, { bag, policy, nowS, seal, progress, steps: [], records: new Map(), digests: new Map(), sealed: "", count: 0, later: 0 });
  }
  step(name, wrong, told, good = "holds") {
    this.steps.push({ number: this.steps.length + 1, name, state: wrong.length ? "fails" : good, findings: [...wrong, ...told] });
  }
  of(...kinds) {
    return [...this.records.keys()].sort((a, b) => a - b).map((entry) => this.records.get(entry)).filter((one) => kinds.includes(wordIn(one, "k")));
  }
  exhibit(what) {
    return this.of("hold", "access", "export").filter((one) => wordIn(one, "what") === what).at(-1) || null;
  }
  get holds() { return this.steps.every((one) => one.state !== "fails"); }

  async run(unsealed) {
    await this.whole();
    const wrong = await this.readRecords();
    await this.checkSeal(unsealed);
    this.step("opened", wrong.opened, [finding("opened", { count: this.count - wrong.opened.length })]);
    if (!this.records.size && !wrong.signed.length) wrong.included.push(finding("nothing_proven"));
    this.step("included", wrong.included, [finding("included", { count: this.records.size })]);
    const heads = [...this.policy.heads.values()], signed = new Map();
    for (const { log, size } of heads) if (log) signed.set(`${log} ${size}`, finding("signed_by", { log, size }));
    this.step("signed", wrong.signed, [...signed.values()]);
    this.quorum(wrong.cosigned, heads);
    const exact = this.media(), scope = this.scope();
    this.complete(scope, exact);
    this.step("ordered", this.order(scope), [finding("in_order")]);
    await this.bounds();
    // Groups of pictures need a demuxer: not here. Steps 1 and 2 cover the clips.
    this.step("clips", [], [finding("clips_unread")], "unknown");
    // C2PA needs CBOR, COSE and X.509: not here. Step 1 covers the files with their claims.
    const count = [...this.bag.sizes.keys()].filter((name) => name.startsWith("data/claims/")).length;
    this.step("claims", [], [finding("claims_unread", { count })], "unknown");
    this.step("case", [], [finding("case_unread")], "unknown");
    this.step("custody", [], this.custody(), "told");
    this.step("limits", [], ["scene", "place", "clock", "nobody_else", "derived"].map((name) => finding(`limit_${name}`)), "told");
  }

  async whole() {
    const wrong = [];
    let size = 0;
    try {
      const listed = new Map([...(await this.listed("tagmanifest-sha256.txt")), ...(await this.listed("manifest-sha256.txt"))]);
      const declared = encoder.encode("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
      if (!same(await this.bag.read("bagit.txt", 1024), declared)) throw new Fault("bagit.txt does not declare BagIt 1.0 in UTF-8.");
      const total = [...this.bag.sizes.values()].reduce((sum, one) => sum + one, 0);
      for (const [name, digest] of listed) {
        if (!this.bag.sizes.has(name)) { wrong.push(finding("missing", { name })); continue; }
        let found;
        try { found = await this.bag.sha256(name); } catch (fault) {
          if (!(fault instanceof Hostile)) throw fault;
          wrong.push(finding("misshapen", { why: fault.message }));
          continue;
        }
        this.digests.set(name, found);
        size += this.bag.sizes.get(name);
        if (found !== digest) wrong.push(finding("differs", { name }));
        this.progress(size, total);
      }
      for (const name of this.bag.sizes.keys()) if (!listed.has(name) && name !== "tagmanifest-sha256.txt") wrong.push(finding("unlisted", { name }));
      this.sealed = await this.bag.sha256("tagmanifest-sha256.txt");
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      wrong.push(finding("misshapen", { why: fault.message }));
    }
    this.step("whole", wrong, [finding("files", { count: this.digests.size, bytes: size })]);
  }
  async listed(manifest) {
    const lines = text(await this.bag.read(manifest, 64 << 20), `${manifest} is not UTF-8.`).split("\n");
    if (lines.pop() !== "") throw new Fault(`${manifest} does not end in a newline.`);
    const found = new Map();
    for (const line of lines) {
      const told = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
      if (!told || found.has(told[2])) throw new Fault(`${manifest} has a misshapen or repeated line.`);
      if ((manifest === "manifest-sha256.txt") !== checked(told[2]).startsWith("data/")) throw new Fault(`${manifest} lists a file that belongs in the other manifest.`);
      found.set(told[2], told[1]);
    }
    return found;
  }

  async readRecords() {
    const wrong = { opened: [], included: [], signed: [], cosigned: [] };
    const names = [...this.bag.sizes.keys()].filter((name) => name.startsWith("data/records/")).sort();
    for (const name of names) {
      const told = /^data\/records\/(0|[1-9][0-9]{0,18})\.json$/.exec(name);
      if (told) { this.count += 1; await this.record(told[1], wrong); }
      else if (!/\.(salt|tlog-proof)$/.test(name)) wrong.opened.push(finding("not_a_record", { name }));
    }
    if (names.length !== 3 * this.count) wrong.opened.push(finding("stray_records", { count: Math.abs(names.length - 3 * this.count) }));
    if (!this.count) wrong.opened.push(finding("no_records"));
    return wrong;
  }
  async record(entry, wrong) {
    const place = `data/records/${entry}`, attempt = async (list, key, deed) => {
      try { return await deed(); } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        list.push(finding(key, { entry, why: fault.message }));
        return null;
      }
    };
    const opened = await attempt(wrong.opened, "not_opened", async () => {
      const body = await this.bag.read(`${place}.json`, 1 << 20), salt = await this.bag.read(`${place}.salt`, 16);
      const proof = parseProof(await this.bag.read(`${place}.tlog-proof`, 2000000)), fields = fieldsOf(body);
      if (openEntry(proof.extra, body, salt) !== fields.k) throw new Fault("The entry is of another kind than the record.");
      return { proof, fields };
    });
    if (!opened) return;
    const { proof, fields } = opened;
    const included = await attempt(wrong.included, "not_included", () => {
      if (String(proof.place) !== entry) throw new Fault(`The proof is of entry ${proof.place}.`);
      proof.check(proof.extra);
      return true;
    });
    if (!included) return;
    const head = await this.policy.head(proof.note, this.nowS);
    if (!head.log || head.log !== parseHead(proof.note.text).origin) {
      wrong.signed.push(finding("not_signed", { entry, why: head.why || "no log of the policy has signed it" }));
      return;
    }
    if (!head.quorum) {
      if (FOOTAGE.has(fields.k)) wrong.cosigned.push(finding("not_cosigned", { entry }));
      else this.later += 1;
    }
    this.records.set(Number(entry), { entry: Number(entry), body: fields, head });
  }

  async checkSeal(unsealed) {
    if (!this.seal) {
      if (unsealed) this.step("sealed", [], [finding("unasked")], "unknown");
      else this.step("sealed", [finding("no_seal")], []);
      return;
    }
    let one;
    try {
      const proof = parseProof(this.seal), told = parsed(proof.extra, "The proof beside the bundle names no record.");
      if (!isObject(told) || typeof told.entry !== "string" || typeof told.record !== "string") throw new Fault("The proof beside the bundle names no record.");
      const entry = decoded(told.entry), body = decoded(told.record);
      openEntry(entry, body, unhex(told.salt));
      proof.check(entry);
      const head = await this.policy.head(proof.note, this.nowS);
      one = { entry: proof.place, body: parsed(body, "The record is not JSON."), head };
      if (!head.log || head.log !== parseHead(proof.note.text).origin) throw new Fault(head.why || "No log of the policy has signed it.");
      if (!head.quorum) throw new Fault("Too few have cosigned it.");
      if (!isObject(one.body) || wordIn(one, "what") !== "exhibit_exported") throw new Fault("The proof is of something else than an export.");
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.step("sealed", [finding("seal_broken", { why: fault.message })], []);
      return;
    }
    const made = this.exhibit("exhibit");
    if (wordIn(one, "tagmanifest_sha256") !== this.sealed) this.step("sealed", [finding("other_bundle")], []);
    else if (made && wordIn(made, "exhibit") !== wordIn(one, "exhibit")) this.step("sealed", [finding("other_exhibit", { code: wordIn(one, "exhibit") })], []);
    else this.step("sealed", [], [finding("sealed_by", { entry: one.entry, at: timeOf(numberIn(one, "at_us")), by: wordIn(one, "by") })]);
  }

  quorum(wrong, heads) {
    wrong.push(...heads.filter((head) => head.why).map((head) => finding("forged", { why: head.why })));
    const told = [];
    for (const head of heads) {
      const names = [...head.signed].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([name, at]) => `${name} ${timeOf(at * 1000000)}`).join(", ");
      told.push(finding("cosigned_by", { size: head.size, names: names || "-" }));
      if (head.early.length) told.push(finding("early", { names: head.early.join(", ") }));
    }
    if (this.later) told.push(finding("later", { count: this.later }));
    told.push(this.policy.dependence());
    if (this.policy.unable.size) told.push(finding("unable", { names: [...this.policy.unable].join(", ") }));
    this.step("quorum", wrong, told);
  }

  deleted() {
    return new Map(this.of("deletion").flatMap((one) => listIn(one, "segments").map((name) => [String(name), one])));
  }
  media() {
    const wrong = [], told = [], exact = new Set(), named = new Set(), gone = this.deleted();
    for (const one of this.of("segment", "intake")) {
      const name = `data/originals/${wordIn(one, "path")}`;
      named.add(name);
      if (!this.bag.sizes.has(name)) {
        const deletion = gone.get(wordIn(one, "id"));
        if (deletion) told.push(finding("deleted", { name, why: wordIn(deletion, "why") }));
        else wrong.push(finding("media_missing", { name }));
      } else if (this.digests.get(name) !== wordIn(one, "sha256") || this.bag.sizes.get(name) !== numberIn(one, "size_bytes")) wrong.push(finding("media_differs", { name }));
      else exact.add(one.entry);
    }
    for (const name of this.bag.sizes.keys()) if (name.startsWith("data/originals/") && !named.has(name)) wrong.push(finding("unproven_original", { name }));
    this.step("exact", wrong, [finding("exact", { count: exact.size }), ...told]);
    return exact;
  }
  scope() {
    const made = this.exhibit("exhibit"), opened = this.exhibit("exhibit_opened");
    if (!made || !opened || wordIn(made, "exhibit") !== wordIn(opened, "exhibit")) return null;
    const [first, second] = [made, opened].map((one) => ({ cameras: listIn(one, "cameras").filter((name) => typeof name === "string"), start: spanIn(one)[0], end: spanIn(one)[1] }));
    return JSON.stringify(first) === JSON.stringify(second) && first.cameras.length && first.start < first.end ? first : null;
  }
  complete(scope, exact) {
    if (!scope) { this.step("complete", [finding("no_scope")], []); return; }
    const wrong = [], told = [], gone = this.deleted(), opened = this.exhibit("exhibit_opened"), { start: begin, end: finish } = scope;
    const hole = (camera, from, to) => { if (to - from > SEAM_US) wrong.push(spanFinding("hole", camera, [from, to])); };
    for (const camera of scope.cameras) {
      const segments = this.of("segment").filter((one) => wordIn(one, "camera") === camera && !isSound(wordIn(one, "path")));
      const here = segments.filter((one) => exact.has(one.entry)), lost = segments.filter((one) => !exact.has(one.entry) && gone.has(wordIn(one, "id")));
      const gaps = this.of("gap").filter((one) => wordIn(one, "camera") === camera);
      const nothing = listIn(opened, "unrecorded").filter((one) => isObject(one) && one.camera === camera && Number.isSafeInteger(one.start_us) && Number.isSafeInteger(one.end_us)).map((one) => [one.start_us, one.end_us]);
      let reached = begin, covered = 0;
      for (const [start, end] of [...[...here, ...lost, ...gaps].map(spanIn), ...nothing].sort(byStart)) {
        hole(camera, reached, Math.min(start, finish));
        reached = Math.max(reached, end);
      }
      hole(camera, reached, finish);
      reached = begin;
      for (const [start, end] of here.map(spanIn).sort(byStart)) {
        covered += Math.max(0, Math.min(end, finish) - Math.max(start, reached));
        reached = Math.max(reached, Math.min(end, finish));
      }
      told.push(spanFinding("covered", camera, [begin, finish], { seconds: (covered / 1e6).toFixed(1) }));
      for (const [key, some] of [["gap", gaps], ["gone", lost]]) for (const one of some) {
        const span = [Math.max(spanIn(one)[0], begin), Math.min(spanIn(one)[1], finish)];
        if (span[0] < span[1]) told.push(spanFinding(key, camera, span, key === "gap" ? { cause: wordIn(one, "cause") } : { why: wordIn(gone.get(wordIn(one, "id")), "why") }));
      }
      told.push(...nothing.map((span) => spanFinding("unrecorded", camera, span)));
    }
    for (const one of this.of("tampering", "clock")) told.push(finding("tampering", { camera: wordIn(one, "camera"), at: timeOf(numberIn(one, "at_us")), rule: wordIn(one, "rule") }));
    this.step("complete", wrong, told);
  }
  order(scope) {
    const wrong = [], handedIn = new Set(this.of("intake").map((one) => wordIn(one, "camera"))), streams = new Map();
    for (const one of this.of("segment")) {
      const camera = wordIn(one, "camera"), key = JSON.stringify([camera, isSound(wordIn(one, "path"))]);
      streams.set(key, [...(streams.get(key) || []), one]);
      if (scope && !scope.cameras.includes(camera)) wrong.push(finding("foreign", { camera }));
    }
    for (const [key, found] of streams) {
      const [camera, sound] = JSON.parse(key), gaps = this.of("gap").filter((one) => wordIn(one, "camera") === camera);
      if (gaps.some((one) => wordIn(one, "cause") === "clock_stepped")) continue;
      found.sort((a, b) => spanIn(a)[0] - spanIn(b)[0] || a.entry - b.entry);
      const overlapping = overlaps(camera, found.map(spanIn), "overlap");
      wrong.push(...overlapping);
      if (!sound && !overlapping.length) wrong.push(...overlaps(camera, [...found, ...gaps].map(spanIn).sort(byStart), "over_gap"));
      if (handedIn.has(camera)) continue;
      found.forEach((one, at) => { if (at && one.entry < found[at - 1].entry) wrong.push(finding("out_of_order", { camera, at: timeOf(spanIn(one)[0]) })); });
    }
    return wrong;
  }

  async bounds() {
    const media = this.of("segment", "intake"), wrong = [], told = [], known = media.map((one) => one.head.quorumS).filter((at) => at !== null);
    for (const one of media) {
      const at = one.head.quorumS;
      if (at !== null && numberIn(one, "end_us") > (at + FUTURE_S) * 1e6) wrong.push(finding("after_signing", { camera: wordIn(one, "camera"), at: timeOf(numberIn(one, "end_us")) }));
    }
    if (media.length && known.length === media.length) told.push(finding("not_after", { at: timeOf(Math.max(...known) * 1e6) }));
    else told.push(finding("no_not_after"));
    const entries = media.map((one) => one.entry), first = Math.min(...entries), last = Math.max(...entries);
    const prefix = "data/timestamps/", folders = new Set([...this.bag.sizes.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length).split("/")[0]));
    for (const folder of [...folders].sort()) {
      try {
        const size = await this.stamped(`${prefix}${folder}`, folder);
        if (size <= (media.length ? first : 0)) told.push(finding("stamp_before", { size }));
        else if (size > (media.length ? last : 0)) told.push(finding("stamp_after", { size }));
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        wrong.push(finding("stamp_broken", { size: folder, why: fault.message }));
      }
    }
    this.step("bounds", wrong, told, known.length ? "holds" : "unknown");
  }
  async stamped(place, folder) {
    const head = parseHead(parseNote(await this.bag.read(`${place}/checkpoint`, 1000000)).text);
    const note = parseNote(await this.bag.read("data/log/checkpoint", 1000000)), main = parseHead(note.text);
    if ((await this.policy.head(note, this.nowS)).log !== main.origin) throw new Fault("The bundle's own head is not signed by a log of the policy.");
    const lines = ascii(await this.bag.read(`${place}/consistency`, 4096), "The proof's lines are not ASCII.");
    if (lines && !lines.endsWith("\n")) throw new Fault("The proof is no list of hashes.");
    if (head.origin !== main.origin || String(head.size) !== folder) throw new Fault("It is of another log or size.");
    checkConsistency(head.size, main.size, head.root, main.root, parseHashes(lines.split("\n").slice(0, -1)));
    return head.size;
  }
  custody() {
    const told = [], at = (one) => timeOf(numberIn(one, "at_us"));
    for (const one of this.of("access", "export")) {
      const what = wordIn(one, "what"), key = { "": "looked", export: "cut" }[what] ?? (DEEDS.includes(what) ? what : "did");
      told.push(finding(key, { by: wordIn(one, "person") || wordIn(one, "by"), at: at(one), camera: wordIn(one, "camera"), case: wordIn(one, "case"), purpose: wordIn(one, "purpose"), exhibit: wordIn(one, "exhibit") }));
    }
    for (const one of this.of("hold")) {
      const key = { released: "released", exhibit: "made" }[wordIn(one, "what")] ?? "held";
      told.push(finding(key, { by: wordIn(one, "by"), at: at(one), reason: wordIn(one, "reason"), exhibit: wordIn(one, "exhibit"), case: wordIn(one, "case") }));
    }
    return told;
  }
}
