// Runs where a server runs: `attempts.ts PROXY ATTEMPTS`. Prints the outcomes as JSON.
import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import { type Attempt, greeting, type Outcome } from "./attempt.ts";

const [proxy = "", attempts = "[]"] = process.argv.slice(2);
const patience = 4_000;

console.log(JSON.stringify(await Promise.all((JSON.parse(attempts) as Attempt[]).map(outcomeOf))));

async function outcomeOf(attempt: Attempt): Promise<Outcome> {
  if (attempt.way === "names") return askNames(attempt.to);
  const socket = connectTo(attempt.way === "direct" ? attempt.to : proxy);
  try {
    return await outcomeOn(socket, attempt);
  } finally {
    socket.destroy();
  }
}

async function outcomeOn(socket: Socket, { way, to }: Attempt): Promise<Outcome> {
  const get = (what: string) => `GET ${what} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  if (way === "tunnel") {
    const answer = await ask(socket, `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n`, /\r\n\r\n/);
    if (!/^HTTP\/1\.[01] 200 /.test(answer)) return { reached: false, why: firstLine(answer) };
  }
  const answer = await ask(socket, get(way === "plain" ? to : "/"), new RegExp(greeting));
  return answer.includes(greeting) ? { reached: true } : { reached: false, why: firstLine(answer) };
}

function connectTo(place: string): Socket {
  const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(place) ?? [];
  return connect({ host, port: Number(port) });
}

/** What comes back until it fits `enough`, the other side ends, or patience does. */
function ask(socket: Socket, text: string, enough: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const done = (): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on("error", () => undefined);
      resolve(answer);
    };
    const timer = setTimeout(done, patience);
    socket.on("data", (bytes) => {
      answer += bytes.toString("latin1");
      if (enough.test(answer)) done();
    });
    socket.on("error", (problem: NodeJS.ErrnoException) => {
      answer ||= problem.code ?? problem.message;
      done();
    });
    socket.on("close", done);
    socket.write(text);
  });
}

/** An A question for `example.com` (RFC 1035). */
function askNames(to: string): Promise<Outcome> {
  const question = Buffer.from("000101000001000000000000076578616d706c6503636f6d0000010001", "hex");
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const done = (outcome: Outcome): void => {
      clearTimeout(timer);
      socket.close();
      resolve(outcome);
    };
    const timer = setTimeout(() => done({ reached: false, why: "no answer" }), patience / 2);
    socket.on("message", () => done({ reached: true }));
    socket.on("error", (problem: NodeJS.ErrnoException) => done({ reached: false, why: problem.code ?? "error" }));
    socket.send(question, 53, to, (problem) => {
      if (problem !== null) done({ reached: false, why: (problem as NodeJS.ErrnoException).code ?? "error" });
    });
  });
}

function firstLine(answer: string): string {
  return answer === "" ? "no answer" : (answer.split("\r\n")[0] ?? "");
}
