import { durationIn } from "../flags.ts";

/** The section `proxy.approvals` of a configuration: how calls get the proofs that they lack. Paths are relative to the file. */
export interface ApprovalsConfig {
  readonly folder?: string;
  readonly keys?: string;
  readonly wait?: string;
  readonly most?: number;
  readonly page?: string;
  readonly webhook?: { readonly url: string; readonly secret: string; readonly arguments?: "names" | "full" };
}

/** Its JSON Schema (2020-12), to stand below `proxy.properties`. */
export const approvalsSchema = {
  description:
    "How calls get the proofs that they lack. Without it only the person behind the caller is asked, by forms of the client's.",
  type: "object",
  additionalProperties: false,
  properties: {
    folder: {
      description:
        "Where `policy approve --approvals` answers, on this machine. In the shared state, unless said, where there is one.",
      type: "string",
      minLength: 1,
    },
    keys: {
      description:
        "The file of the keys that seal questions, a line each: NAME and 32 bytes in base64, the first one seals. For instances that share state; of this process alone unless said.",
      type: "string",
      minLength: 1,
    },
    wait: {
      description:
        "How long a call waits for somebody else's answer before it is denied, to be made again; 0s unless said.",
      type: "string",
      pattern: "^[0-9]+(ms|s|m|h)$",
    },
    most: { description: "Open questions of one caller; 5 unless said.", type: "integer", minimum: 1, maximum: 1000 },
    page: {
      description:
        "The https page where questions are answered, `{id}` standing for the question's. Approvers log in there.",
      type: "string",
      pattern: "^https://.*\\{id\\}",
    },
    webhook: {
      description: "Is told of each new question.",
      type: "object",
      additionalProperties: false,
      required: ["url", "secret"],
      properties: {
        url: { description: "https, or http on this machine.", type: "string", pattern: "^https?://" },
        secret: {
          description: "The file of the secret that signs: `whsec_` and its base64, as Standard Webhooks writes it.",
          type: "string",
          minLength: 1,
        },
        arguments: {
          description: "What is said of a call's arguments; their names unless said.",
          enum: ["names", "full"],
        },
      },
    },
  },
} as const;

/** What a proxy does about approvals, whether flags or a configuration said it. Paths are absolute, times in milliseconds. */
export interface ApprovalSettings {
  readonly folder?: string;
  readonly keys?: string;
  readonly wait?: number;
  readonly most?: number;
  readonly page?: string;
  readonly webhook?: { readonly url: string; readonly secret: string; readonly arguments?: "names" | "full" };
}

/** Those that a configuration says; `here` makes a path of it absolute. */
export function approvalSettings(
  { folder, keys, wait, webhook, ...rest }: ApprovalsConfig,
  here: (path: string) => string,
): ApprovalSettings {
  return {
    ...rest,
    ...(folder === undefined ? {} : { folder: here(folder) }),
    ...(keys === undefined ? {} : { keys: here(keys) }),
    ...(wait === undefined ? {} : { wait: durationIn(wait) ?? 0 }),
    ...(webhook === undefined ? {} : { webhook: { ...webhook, secret: here(webhook.secret) } }),
  };
}
