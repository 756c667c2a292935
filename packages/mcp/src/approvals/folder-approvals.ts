import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ApprovalAnswer,
  type ApprovalQuestion,
  type ApprovalState,
  type Approvals,
  intake,
  isRecord,
  type JsonObject,
} from "@mcpolicy/core";
import { SettingsError } from "@mcpolicy/identity";

export interface FolderApprovalsOptions {
  /** Made where it is not there, for its owner alone. */
  readonly folder: string;
  /**
   * Whether what was asked before is over: for the process that asks, whose memory of spent proofs ends with it. Whoever answers leaves it out.
   */
  readonly isFresh?: boolean;
  /** How many questions there may be that are not over; beyond it `ask` throws. 1,000 unless said. */
  readonly most?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

const QUESTION = ".question.json";
const ANSWER = ".answer.json";

/**
 * Approvals of one process that asks, as files of a folder in which others of this machine answer. Whoever can write there can approve: it belongs to
 * a user that the caller is not. Throws a `SettingsError` where others can write to it.
 */
export function folderApprovals(options: FolderApprovalsOptions): Approvals {
  const { folder, isFresh = false, most = 1_000, now = Date.now } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ((statSync(folder).mode & 0o022) !== 0 && process.platform !== "win32") {
    throw new SettingsError(`others can write to ${folder}, and so approve: take that from them (chmod 700)`);
  }
  if (isFresh) for (const id of idsIn(folder)) forget(id);

  function forget(id: string): void {
    for (const end of [QUESTION, ANSWER]) rmSync(join(folder, id + end), { force: true });
  }

  function stateOf(id: string): ApprovalState | undefined {
    const question = recordIn(join(folder, id + QUESTION)) as ApprovalQuestion | undefined;
    if (question === undefined || question.id !== id || !(now() < question.until)) return undefined;
    const answer = recordIn(join(folder, id + ANSWER)) as ApprovalAnswer | undefined;
    return answer === undefined ? { question } : { question, answer };
  }

  const all = (): readonly ApprovalState[] => idsIn(folder).flatMap((id) => stateOf(id) ?? []);

  return {
    ask(question, { mostOfCaller, instead }) {
      const { id, binding, caller } = question;
      if (!isName(id)) throw new TypeError("the id of a question is letters, digits, `-` and `_`");
      for (const each of idsIn(folder)) if (stateOf(each) === undefined) forget(each);
      if (instead !== undefined && stateOf(instead)?.question.binding === binding) forget(instead);
      const states = all();
      const standing = states.find((each) => each.question.binding === binding);
      if (standing !== undefined) return standing;
      const open = states.filter((each) => each.question.caller === caller && each.answer === undefined);
      if (open.length >= mostOfCaller) return undefined;
      if (states.length >= most) throw new Error(`there is no room for more than ${most} questions`);
      if (!written(folder, id + QUESTION, question)) throw new Error(`there is a question of the id \`${id}\` already`);
      return { question };
    },
    get: (id) => (isName(id) ? stateOf(id) : undefined),
    list(count) {
      const open = all().filter(({ answer }) => answer === undefined);
      return open.toSorted((a, b) => a.question.asked - b.question.asked).slice(0, count);
    },
    answer(id, answer) {
      if (!isName(id)) return false;
      const state = stateOf(id);
      return state !== undefined && state.answer === undefined && written(folder, id + ANSWER, answer);
    },
  };
}

/** What may stand in the name of a file. */
function isName(id: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(id);
}

function idsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(QUESTION))
    .map((name) => name.slice(0, -QUESTION.length))
    .filter(isName);
}

/** Undefined where there is no such file. Throws where it holds no record: then it is not known what was said. */
function recordIn(path: string): JsonObject | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw problem;
  }
  const taken = intake(bytes);
  if (taken.kind !== "value" || !isRecord(taken.value)) throw new Error(`${path} holds no record`);
  return taken.value;
}

/** Writes a file as a whole, and only where there is none of that name: whether there was none. */
function written(folder: string, name: string, record: object): boolean {
  const draft = join(folder, `${randomUUID()}.draft`);
  writeFileSync(draft, JSON.stringify(record), { flag: "wx", mode: 0o600, flush: true });
  try {
    linkSync(draft, join(folder, name));
    return true;
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw problem;
  } finally {
    unlinkSync(draft);
  }
}
