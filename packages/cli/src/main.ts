#!/usr/bin/env node
import { exitCodes } from "./exit-codes.ts";
import { bugReport, run } from "./run.ts";
import { type Channel, wantsColor } from "./session.ts";

for (const stream of [process.stdout, process.stderr]) {
  // `policy check | head` closes the pipe: that is no error.
  stream.on("error", (problem: NodeJS.ErrnoException) => {
    if (problem.code !== "EPIPE") throw problem;
    process.exit();
  });
}

process.on("uncaughtException", (problem) => {
  process.stderr.write(bugReport(problem, process.env));
  process.exit(exitCodes.bug);
});

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  out: channel(process.stdout),
  err: channel(process.stderr),
});

function channel(stream: NodeJS.WriteStream): Channel {
  return { write: (text) => void stream.write(text), color: wantsColor(process.env, stream.isTTY === true) };
}
