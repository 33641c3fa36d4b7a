// @ts-check
// Loaded into the server before anything else: when the process that started it is gone, however it went,
// the server stops as if asked to, instead of holding its port for ever.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
