/**
 * Loaded into the programs that local mode starts (`node --import`): ends them when the starter is gone, even by
 * kill -9, so that none is left behind. The first signal lets the program finish what it is doing.
 */
const patienceMs = 10_000;

process.on("disconnect", () => {
  setTimeout(() => process.exit(1), patienceMs).unref();
  process.kill(process.pid, "SIGTERM");
});
// Listening for the end of the channel must not keep a program alive that has nothing else to do.
process.channel?.unref();
