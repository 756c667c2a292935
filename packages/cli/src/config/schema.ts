import { approvalsSchema } from "../approvals/config.ts";

/**
 * What a configuration file may say (JSON Schema 2020-12). Editors have it as `test-fixtures/schema/config.schema.json`, which a test holds to be the same.
 */
export const configSchema: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "config.schema.json",
  title: "mcpolicy configuration",
  description:
    "`mcpolicy.config.json`: what commands need to know and no policy says. Each command reads its own sections. Paths in it are relative to it.",
  type: "object",
  properties: {
    $schema: {
      type: "string",
    },
    policies: {
      description:
        "Policies, folders or globs; all of them are one policy. All below the folder of this file unless said.",
      type: "array",
      items: {
        type: "string",
      },
      minItems: 1,
    },
    servers: {
      description:
        "Where the servers of the policies are, by their names there, as `mcp.json` says it. `${NAME}` and `${env:NAME}` in values stand for variables.",
      type: "object",
      propertyNames: {
        pattern: "^[A-Za-z0-9_][A-Za-z0-9_-]*$",
      },
      additionalProperties: {
        $ref: "#/$defs/place",
      },
    },
    proxy: {
      description: "`policy proxy`: who may call, where it listens, what it keeps.",
      type: "object",
      additionalProperties: false,
      properties: {
        listen: {
          description:
            "Where it listens for clients on HTTP. Without it, it speaks with one client on standard input and output.",
          type: "object",
          additionalProperties: false,
          required: ["port"],
          properties: {
            host: {
              description: "127.0.0.1 unless said: this machine alone.",
              type: "string",
              minLength: 1,
            },
            port: {
              type: "integer",
              minimum: 0,
              maximum: 65535,
            },
            hosts: {
              description:
                "Names by which clients reach it, without port; needed where it does not listen on this machine alone.",
              type: "array",
              items: {
                type: "string",
              },
            },
            origins: {
              description: "Web pages that may use it: `https://app.example.com`.",
              type: "array",
              items: {
                type: "string",
              },
            },
            tls: {
              description: "Files in PEM; without them whoever stands in front does TLS.",
              type: "object",
              additionalProperties: false,
              required: ["key", "cert"],
              properties: {
                key: {
                  type: "string",
                },
                cert: {
                  type: "string",
                },
              },
            },
            drain: {
              description: "What requests under way get when it is stopped; 30s unless said.",
              $ref: "#/$defs/duration",
            },
          },
        },
        auth: {
          description: "Who calls. Tokens of issuers, or of development clients; or one caller that nothing proves.",
          type: "object",
          additionalProperties: false,
          properties: {
            keys: {
              description: "Each issuer's key set, a file or a URL, by the issuer's URL.",
              $ref: "#/$defs/texts",
            },
            developmentClients: {
              description: "The table of clients whose development tokens are taken, in place of `keys`.",
              type: "string",
            },
            audience: {
              description: "Which of the policy's audiences this is; any of them unless said.",
              type: "string",
            },
            tokenTypes: {
              description: "What `typ` of tokens may say; `at+jwt` unless said.",
              type: "array",
              items: {
                type: "string",
              },
            },
            revocations: {
              description: "The file that `policy token revoke` writes to.",
              type: "string",
            },
            principal: {
              description: "Everybody is this caller, unverified: for development, on this machine alone.",
              type: "object",
              required: ["id"],
              properties: {
                id: {
                  type: "string",
                  minLength: 1,
                },
                roles: {
                  type: "array",
                  items: {
                    type: "string",
                  },
                },
              },
            },
          },
        },
        audit: {
          description: "The log of decisions; standard error unless said.",
          type: "object",
          additionalProperties: false,
          required: ["folder"],
          properties: {
            folder: {
              description: "Made by `policy audit init`.",
              type: "string",
              minLength: 1,
            },
            key: {
              description: "The private key that signs it; FOLDER.key unless said.",
              type: "string",
            },
            secret: {
              description: "The secret that salts its digests; FOLDER.secret unless said.",
              type: "string",
            },
            sync: {
              description:
                "When a record counts as kept: `every` record on the disk (unless said otherwise), or on the disk within a time such as `100ms`.",
              type: "string",
              pattern: "^(every|[0-9]+(ms|s|m))$",
            },
            keep: {
              description: "How long records are kept; for ever unless said.",
              $ref: "#/$defs/duration",
            },
            whenAway: {
              description: "What becomes of calls that cannot be recorded; `refuse` unless said.",
              enum: ["refuse", "go-on"],
            },
          },
        },
        approvals: approvalsSchema,
        state: {
          description:
            "Where history, labels, limits and spent proofs are kept: in the memory of this process, unless a store is named that instances share.",
          type: "object",
          additionalProperties: false,
          required: ["redis", "name"],
          properties: {
            redis: {
              description: "`redis://` or `rediss://`, as a variable where it holds a password: `${REDIS_URL}`.",
              type: "string",
              pattern: "^(rediss?://.+|\\$\\{.+\\}.*)$",
            },
            name: {
              description:
                "What the state is kept under; the same in all instances that share it, also when the policy's text changes.",
              type: "string",
              pattern: "^[A-Za-z0-9._-]{1,64}$",
            },
            prefix: {
              description: "Before all keys; `mcpolicy` unless said.",
              type: "string",
              pattern: "^[A-Za-z0-9._-]{1,64}$",
            },
            timeout: {
              description: "What a command may take; 1s unless said.",
              $ref: "#/$defs/duration",
            },
            whenAway: {
              description:
                "What is done while the store is away: `deny`, unless said, or go by what was last known for a time such as `30s`.",
              type: "string",
              pattern: "^(deny|[0-9]+(ms|s|m))$",
            },
          },
        },
        limits: {
          type: "object",
          additionalProperties: false,
          properties: {
            answer: {
              description: "What the answer to a request may take; 5m unless said.",
              $ref: "#/$defs/duration",
            },
            idle: {
              description: "After which a session or a process that nobody uses is ended; 30m unless said.",
              $ref: "#/$defs/duration",
            },
            recheck: {
              description: "How old the last look at a server's definitions may be; 1m unless said.",
              $ref: "#/$defs/duration",
            },
            sessions: {
              description: "At once, of one server; 1,000 unless said.",
              type: "integer",
              minimum: 1,
            },
            processes: {
              description: "At once, of one server; 100 unless said.",
              type: "integer",
              minimum: 1,
            },
            requests: {
              description: "In flight on one connection; 1,000 unless said.",
              type: "integer",
              minimum: 1,
            },
          },
        },
        reload: {
          description:
            "Whether policies are read again when their files change; `true` unless said. On SIGHUP they are in any case.",
          type: "boolean",
        },
      },
    },
    isolate: {
      description: "How the servers of a policy are started where `policy isolate` separates them.",
      type: "object",
      additionalProperties: false,
      properties: {
        name: {
          description: "Of the compose project and of the namespace; `mcp` unless said.",
          $ref: "#/$defs/label",
        },
        target: {
          description: "What files are made for, unless the command says otherwise.",
          enum: ["compose", "k8s"],
        },
        output: {
          description: "The folder they are written to, relative to this file.",
          type: "string",
        },
        runtime: {
          $ref: "#/$defs/runtime",
        },
        egress: {
          description: "The proxies through which servers reach the hosts that the policy lists.",
          type: "object",
          additionalProperties: false,
          properties: {
            image: {
              $ref: "#/$defs/image",
              description: "Has /usr/sbin/squid, version 5 or later.",
            },
            private: {
              description: "Hosts as in the policy, without port, whose names may lead to private addresses.",
              type: "array",
              items: {
                type: "string",
              },
            },
          },
        },
        servers: {
          description: "By the server's name in the policy.",
          type: "object",
          additionalProperties: {
            $ref: "#/$defs/server",
          },
        },
      },
    },
  },
  $defs: {
    place: {
      type: "object",
      additionalProperties: false,
      properties: {
        command: {
          type: "string",
        },
        args: {
          type: "array",
          items: {
            type: "string",
          },
        },
        env: {
          description: "Variables of its own, beside the few that each program needs.",
          $ref: "#/$defs/texts",
        },
        cwd: {
          type: "string",
        },
        url: {
          description: "Of Streamable HTTP; without credentials, which belong into `headers`.",
          type: "string",
        },
        headers: {
          description: "Sent with each request, such as credentials of the proxy's own.",
          $ref: "#/$defs/texts",
        },
        type: {
          description: "What clients write here is not looked at.",
          type: "string",
        },
        path: {
          description: "Where clients of the proxy find it; `/mcp/NAME` unless said.",
          type: "string",
          pattern: "^/[A-Za-z0-9._~/-]*$",
        },
        audience: {
          description: "What tokens for this server name as their audience, where the policy has several.",
          type: "string",
        },
        elicitation: {
          description: "Hosts that a URL of an elicitation may have, over https; none unless said.",
          type: "object",
          additionalProperties: false,
          properties: {
            hosts: {
              type: "array",
              items: {
                type: "string",
              },
            },
          },
        },
        sampling: {
          description: "What the server may ask a client's model for, where the policy allows it to.",
          type: "object",
          additionalProperties: false,
          properties: {
            maxTokens: {
              type: "integer",
              minimum: 1,
            },
            tools: {
              type: "boolean",
            },
            context: {
              type: "boolean",
            },
          },
        },
        dispatchers: {
          description:
            "Tools that call another tool: where in their arguments its name and arguments stand, as JSON pointers.",
          type: "array",
          items: {
            type: "object",
            additionalProperties: false,
            required: ["tool", "name", "arguments"],
            properties: {
              tool: {
                type: "string",
              },
              name: {
                type: "string",
                pattern: "^(/.*)?$",
              },
              arguments: {
                type: "string",
                pattern: "^(/.*)?$",
              },
            },
          },
        },
        linkHosts: {
          description: "Hosts that markdown links and images in results may lead to; not looked at unless said.",
          type: "array",
          items: {
            type: "string",
          },
        },
        texts: {
          description:
            "Whether invisible characters and terminal escapes are taken out of what the server says; `clean` unless said.",
          enum: ["clean", "as-given"],
        },
      },
      oneOf: [
        {
          required: ["command"],
        },
        {
          required: ["url"],
        },
      ],
    },
    texts: {
      type: "object",
      additionalProperties: {
        type: "string",
      },
    },
    duration: {
      type: "string",
      pattern: "^[0-9]+(ms|s|m|h|d)$",
    },
    label: {
      type: "string",
      pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    },
    runtime: {
      description: "`gvisor`, `kata`, or the name of a runtime of the host or of a runtime class of the cluster.",
      type: "string",
      pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
    },
    image: {
      description: "Best with its digest: `registry.example/web@sha256:…`.",
      type: "string",
      pattern: "^\\S{1,1000}$",
    },
    size: {
      type: "string",
      pattern: "^[1-9][0-9]{0,6}(Ki|Mi|Gi)$",
    },
    server: {
      type: "object",
      additionalProperties: false,
      properties: {
        image: {
          $ref: "#/$defs/image",
        },
        command: {
          description: "The image's own unless said.",
          type: "array",
          items: {
            type: "string",
          },
        },
        port: {
          description: "Where it listens for MCP over HTTP; without one it speaks on standard input and output.",
          type: "integer",
          minimum: 1,
          maximum: 65535,
        },
        user: {
          description: "User and group, as numbers, not root's; `65532:65532` unless said.",
          type: "string",
          pattern: "^[1-9][0-9]{0,9}(:[1-9][0-9]{0,9})?$",
        },
        memory: {
          description: "`256Mi` unless said.",
          $ref: "#/$defs/size",
        },
        tmp: {
          description: "Of `/tmp`, in memory; `10Mi` unless said.",
          $ref: "#/$defs/size",
        },
        cpus: {
          description: "0.5 unless said.",
          type: "number",
          minimum: 0.01,
          maximum: 256,
        },
        pids: {
          description: "128 unless said.",
          type: "integer",
          minimum: 1,
          maximum: 65536,
        },
        environment: {
          type: "object",
          propertyNames: {
            type: "string",
            pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
          },
          additionalProperties: {
            type: "string",
          },
        },
        secrets: {
          description:
            "Environment variables whose values stand in no file: taken from the environment of compose, or from the secret `mcp-NAME` of the cluster.",
          type: "array",
          items: {
            type: "string",
            pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
          },
        },
        mounts: {
          type: "array",
          items: {
            type: "object",
            additionalProperties: false,
            required: ["at"],
            anyOf: [
              {
                required: ["from"],
              },
              {
                required: ["claim"],
              },
            ],
            properties: {
              at: {
                description: "Where the server sees it.",
                type: "string",
                pattern: "^/.",
              },
              from: {
                description: "A folder of the host, for compose.",
                type: "string",
              },
              claim: {
                description: "A volume of compose, a claim of the cluster.",
                $ref: "#/$defs/label",
              },
              write: {
                description: "Read-only unless true.",
                type: "boolean",
              },
            },
          },
        },
        runtime: {
          $ref: "#/$defs/runtime",
        },
      },
    },
  },
  additionalProperties: false,
};
