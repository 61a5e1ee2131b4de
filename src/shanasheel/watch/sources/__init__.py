"""Where packets come from: files played as live cameras, RTSP over TCP."""
