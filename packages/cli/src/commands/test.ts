import { resolve } from "node:path";
import type { Files } from "@mcpolicy/language";
import { exitCodeOf, type FixtureRun, type Prepared, reporters, runFixture, totalsOf } from "@mcpolicy/testing";
import { Command } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { filesBelow } from "../files.ts";
import { allowEmptyFlag } from "../flags.ts";
import { type Destination, formatOption, report } from "../output.ts";
import { filesAt, fixtureFiles, projectFolder } from "../paths.ts";
import type { Session } from "../session.ts";

interface Flags {
  readonly format: readonly Destination[];
  readonly filter?: string;
  readonly bail?: boolean;
  readonly watch?: boolean;
  readonly allowEmpty?: boolean;
}

/** `policy test`: runs fixture files against the policies that they name. */
export function testCommand(session: Session): Command {
  return new Command("test")
    .argument("[path...]", "test files, folders or globs")
    .option("--filter <text>", "run only the tests whose name holds this text")
    .option("--bail", "stop after the first file in which a test fails")
    .option("--watch", "run again what a change touches, until interrupted")
    .option(...allowEmptyFlag)
    .addOption(formatOption(["text", "json", "junit", "github"]))
    .addHelpText("after", "\nExample: policy test policies --format github --format junit=out/policy.xml")
    .action(async (paths: readonly string[], flags: Flags) =>
      session.exit(await (flags.watch ? watch : once)(session, paths, flags)),
    );
}

async function once(session: Session, paths: readonly string[], flags: Flags): Promise<ExitCode> {
  const found = await filesAt(paths, fixtureFiles, session.cwd);
  const files = filesBelow(session.cwd);
  const prepared: Prepared = new Map();
  const runs: FixtureRun[] = [];
  for (const file of found) {
    const run = only(flags.filter, runFixture(file, files, prepared));
    runs.push(run);
    if (flags.bail && ![exitCodes.fine, exitCodes.empty].includes(codeOf([run]) as 0 | 5)) break;
  }
  return conclude(session, runs, flags);
}

function conclude(session: Session, runs: readonly FixtureRun[], flags: Flags): ExitCode {
  report(session, flags.format, {
    text: (options) => reporters.text(runs, options),
    json: (options) => reporters.json(runs, options),
    junit: (options) => reporters.junit(runs, options),
    github: (options) => reporters.github(runs, options),
  });
  const code = codeOf(runs);
  if (code !== exitCodes.empty) return code;
  session.err.write(runs.length === 0 ? "no test file found\n" : "no test ran\n");
  return flags.allowEmpty ? exitCodes.fine : exitCodes.empty;
}

function codeOf(runs: readonly FixtureRun[]): ExitCode {
  return exitCodeOf(totalsOf(runs));
}

function only(text: string | undefined, run: FixtureRun): FixtureRun {
  return text === undefined ? run : { ...run, cases: run.cases.filter(({ name }) => name.includes(text)) };
}

/** Runs everything, then, whenever a file changes, the fixtures that read it, until SIGINT or SIGTERM. */
async function watch(session: Session, paths: readonly string[], flags: Flags): Promise<ExitCode> {
  const { watch: watchFiles } = await import("chokidar");
  const touched = new Map<string, ReadonlySet<string>>();
  let code: ExitCode = exitCodes.fine;

  const runAll = async (changed: ReadonlySet<string> | undefined): Promise<void> => {
    const found = await filesAt(paths, fixtureFiles, session.cwd);
    const due = found.filter((file) => {
      const read = touched.get(file);
      return read === undefined || changed === undefined || [...changed].some((each) => read.has(each));
    });
    if (due.length === 0 && changed !== undefined) return;
    const runs = due.map((file) => {
      const read = new Set<string>();
      const run = only(flags.filter, runFixture(file, recording(filesBelow(session.cwd), session.cwd, read)));
      touched.set(file, read);
      return run;
    });
    code = conclude(session, runs, flags);
  };

  await runAll(undefined);
  const read = [...touched.values()].flatMap((files) => [...files]);
  const given = paths.length === 0 ? [projectFolder(session.cwd)] : paths.map((path) => resolve(session.cwd, path));
  const watcher = watchFiles([...new Set([...given, ...read])], {
    ignoreInitial: true,
    ignored: (path) => /[\\/](node_modules|\.git)([\\/]|$)/.test(path),
  });
  session.err.write("watching for changes; interrupt to end\n");

  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  return new Promise((end, fail) => {
    watcher.on("all", (_event, path) => {
      changed.add(resolve(session.cwd, path));
      clearTimeout(timer);
      timer = setTimeout(() => {
        const due = new Set(changed);
        changed.clear();
        running = running
          .then(() => runAll(due))
          .then(() => {
            for (const files of touched.values()) watcher.add([...files]);
          }, fail);
      }, 50);
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        clearTimeout(timer);
        running.then(() => watcher.close()).then(() => end(code), fail);
      });
    }
  });
}

/** The same files; the absolute paths of those that are read are put down in `read`. */
function recording(files: Files, cwd: string, read: Set<string>): Files {
  return {
    ...files,
    read: (path) => {
      read.add(resolve(cwd, path));
      return files.read(path);
    },
  };
}
