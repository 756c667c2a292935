/** One attempt to reach something from where a server runs. */
export type Attempt =
  /** A tunnel through the proxy, then a request in it. */
  | { readonly way: "tunnel"; readonly to: string }
  /** A plain request through the proxy. */
  | { readonly way: "plain"; readonly to: string }
  | { readonly way: "direct"; readonly to: string }
  /** A question to a name server. */
  | { readonly way: "names"; readonly to: string };

/** `reached` what was asked for, or not and why. */
export type Outcome = { readonly reached: true } | { readonly reached: false; readonly why: string };

/** What the world outside answers with. */
export const greeting = "hello from outside";
