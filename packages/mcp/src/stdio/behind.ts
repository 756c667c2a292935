import type { Readable } from "node:stream";
import type { JsonObject } from "@mcpolicy/core";
import { HttpAsker } from "../http/upstream/asker.ts";
import { HttpLink } from "../http/upstream/http-link.ts";
import { type HttpServerOptions, targetOf } from "../http/upstream/target.ts";
import { ParamHeaders } from "../http/wire/param-headers.ts";
import type { DefinitionsOptions } from "../pins/definitions.ts";
import { isId } from "../wire/message.ts";
import { Child, type ChildEnd, type ChildOptions } from "./child.ts";
import type { Session } from "./session.ts";

/** The server behind a proxy on stdio, wherever it is. */
export interface Behind {
  readonly send: (message: JsonObject) => void;
  /** Asks it by itself what it defines; undefined where it is asked on the one connection. */
  readonly asking: DefinitionsOptions["asking"];
  /** Lets it end, once nothing more will be asked. */
  readonly stop: () => void;
  /** Ends it without waiting for what it still has to say. */
  readonly kill: () => void;
}

export interface BehindEvents {
  /** Takes what it says. */
  readonly session: () => Session;
  /** For the operator, safe to be shown. */
  readonly note: (text: string) => void;
  readonly ended: (end: ChildEnd) => void;
  /** Settles when the client has read enough; undefined where there is room. */
  readonly room: () => Promise<void> | undefined;
}

/** Bytes that may wait for a reader before a session is given up. */
export const MOST_WAITING: number = 64 * 1024 * 1024;

/** A server that is started, and reads of `input` what the client sends: that waits where it cannot keep up. */
export function started(options: ChildOptions, input: Readable, events: BehindEvents): Behind {
  const child = new Child(options, {
    line(line) {
      events.session().server(line);
      const room = events.room();
      if (room === undefined || child.output.isPaused()) return;
      child.output.pause();
      void room.then(() => child.output.resume());
    },
    note: (text) => events.note(`server: ${text}`),
    ended: events.ended,
  });
  return {
    asking: undefined,
    send(message) {
      if (!child.write(message) && !input.isPaused()) {
        input.pause();
        child.input.once("drain", () => input.resume());
      }
      if (child.waiting > MOST_WAITING) child.kill();
    },
    stop: () => child.stop(),
    kill: () => child.kill(),
  };
}

/**
 * A server on Streamable HTTP. Where it forgets the session there is no going on: the client on stdio cannot be told to begin anew, but for an end.
 */
export function remote(server: HttpServerOptions, answerTimeout: number, events: BehindEvents): Behind {
  const target = targetOf(server);
  const params = new ParamHeaders();
  let isOver = false;
  const end = (why: string): void => {
    if (isOver) return;
    isOver = true;
    void Promise.all([link.close(), asker.close()]).then(() => events.ended({ isStarted: true, why }));
  };
  const asker = new HttpAsker({ target, params, timeout: answerTimeout, onChanged: () => {} });
  const link = new HttpLink<undefined>({
    ...{ target, params, answerTimeout },
    events: {
      message: (value) => events.session().serverSaid(value),
      unusable: (id, why, isFatal) => events.session().serverBroken(id, why, isFatal),
      failed(id, kind, why) {
        events.note(`no answer: ${why}`);
        return events.session().serverFailed(id, kind, why);
      },
      ended: () => {},
      sessionLost: () => end("the server has forgotten the session"),
      room: events.room,
    },
  });
  return {
    asking: (era) => asker.asking(era),
    send(message) {
      const sent = link.send(message, undefined);
      // MCP 2025-11-25 and before: from here on it may say what belongs to no request, where it has a stream for that.
      const hears = message["method"] === "notifications/initialized" && !isId(message["id"]);
      if (hears) void Promise.resolve(sent).then(() => link.listen(() => {}, events.room));
    },
    stop: () => end("the session is over"),
    kill: () => end("the session is over"),
  };
}
