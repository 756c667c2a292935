import {
  type CstNode,
  CstParser,
  EOF,
  type IRecognitionException,
  type IToken,
  type TokenType,
  tokenMatcher,
} from "chevrotain";
import type { StatementCstNode } from "./cst.ts";
import { expectations } from "./expectations.ts";
import { placing } from "./lexer.ts";
import * as t from "./tokens.ts";
import { word } from "./tokens.ts";

/**
 * The grammar, rule by rule in the order of `docs/language.md`. It parses one statement and stops at the first mistake; where the next
 * statement, entry or field begins, and what to make of the mistake, is the business of `recover.ts`.
 */
class Grammar extends CstParser {
  constructor() {
    super([...t.grammarTokens, ...mistakes], {
      maxLookahead: 3,
      recoveryEnabled: false,
      nodeLocationTracking: "onlyOffset",
      errorMessageProvider: expectations,
    });
    this.performSelfAnalysis();
  }

  // -------------------------------------------------------------- statements

  statement = this.RULE("statement", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.edition) },
      { ALT: () => this.SUBRULE(this.import) },
      { ALT: () => this.SUBRULE(this.narrows) },
      { ALT: () => this.SUBRULE(this.server) },
      { ALT: () => this.SUBRULE(this.attributes) },
      { ALT: () => this.SUBRULE(this.data) },
      { ALT: () => this.SUBRULE(this.let) },
      { ALT: () => this.SUBRULE(this.capability) },
      { ALT: () => this.SUBRULE(this.role) },
      { ALT: () => this.SUBRULE(this.check) },
      { ALT: () => this.SUBRULE(this.assert) },
      { ALT: () => this.SUBRULE(this.settings) },
      { ALT: () => this.SUBRULE(this.rule) },
    ]);
  });

  edition = this.RULE("edition", () => {
    this.CONSUME(word("mcpolicy"));
    this.CONSUME(t.NumberText);
  });

  import = this.RULE("import", () => {
    this.CONSUME(word("import"));
    this.CONSUME(t.Text);
  });

  narrows = this.RULE("narrows", () => {
    this.CONSUME(word("narrows"));
    this.CONSUME(t.Text);
  });

  server = this.RULE("server", () => {
    this.CONSUME(word("server"));
    this.CONSUME(t.Ident, { LABEL: "name" });
    this.OR([
      {
        ALT: () => {
          this.CONSUME(word("from"));
          this.CONSUME(t.Text, { LABEL: "file" });
          this.OPTION(() => {
            this.CONSUME(word("root"));
            this.CONSUME2(t.Text, { LABEL: "directory" });
          });
        },
      },
      { ALT: () => this.CONSUME(word("untyped")) },
    ]);
    this.OPTION2(() => this.CONSUME(word("trusted")));
  });

  attributes = this.RULE("attributes", () => {
    this.OR([{ ALT: () => this.CONSUME(word("principal")) }, { ALT: () => this.CONSUME(word("context")) }]);
    this.SUBRULE(this.record);
  });

  data = this.RULE("data", () => {
    this.CONSUME(word("data"));
    this.CONSUME(t.Ident);
    this.CONSUME(word("from"));
    this.CONSUME(t.Text);
  });

  let = this.RULE("let", () => {
    this.CONSUME(word("let"));
    this.CONSUME(t.Ident, { LABEL: "name" });
    this.OPTION(() => {
      this.CONSUME(t.LParen);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME2(t.Ident, { LABEL: "parameter" }) });
      this.CONSUME(t.RParen);
    });
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
  });

  capability = this.RULE("capability", () => {
    this.CONSUME(word("capability"));
    this.SUBRULE(this.groupName);
    this.CONSUME(t.LCurly);
    this.MANY(() => this.SUBRULE(this.entry));
    this.CONSUME(t.RCurly);
  });

  entry = this.RULE("entry", () => {
    this.SUBRULE(this.operations);
    this.SUBRULE(this.condition);
  });

  role = this.RULE("role", () => {
    this.CONSUME(word("role"));
    this.OR([
      { ALT: () => this.CONSUME(t.Ident, { LABEL: "name" }) },
      { ALT: () => this.CONSUME(t.Text, { LABEL: "name" }) },
    ]);
    this.CONSUME(t.LCurly);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.groupName) });
    this.CONSUME(t.RCurly);
  });

  check = this.RULE("check", () => {
    this.CONSUME(word("check"));
    this.OPTION(() => {
      this.CONSUME(word("result"));
      this.CONSUME(word("of"));
    });
    this.CONSUME(t.Ident);
    this.CONSUME(t.Dot);
    this.SUBRULE(this.toolName);
    this.SUBRULE(this.record);
  });

  assert = this.RULE("assert", () => {
    this.CONSUME(word("assert"));
    this.OPTION(() => this.CONSUME(t.Text));
    this.SUBRULE(this.who);
    this.OR([
      { ALT: () => this.CONSUME(word("never")) },
      { ALT: () => this.CONSUME(word("always")) },
      {
        ALT: () => {
          this.CONSUME(word("only"));
          this.CONSUME(word("with"));
          this.CONSUME(word("approval"));
        },
      },
    ]);
    this.SUBRULE(this.operations);
    this.SUBRULE(this.condition);
  });

  settings = this.RULE("settings", () => {
    this.OR([
      { ALT: () => this.CONSUME(word("token")) },
      { ALT: () => this.CONSUME(word("audit")) },
      {
        ALT: () => {
          this.CONSUME(word("network"));
          this.CONSUME(t.Ident);
        },
      },
    ]);
    this.CONSUME(t.LCurly);
    this.MANY(() => this.SUBRULE(this.setting));
    this.CONSUME(t.RCurly);
  });

  setting = this.RULE("setting", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Word, { LABEL: "part" }) },
      { ALT: () => this.CONSUME(t.Text, { LABEL: "part" }) },
      { ALT: () => this.CONSUME(t.DurationText, { LABEL: "part" }) },
      { ALT: () => this.CONSUME(t.Comma, { LABEL: "part" }) },
      { ALT: () => this.CONSUME(t.Pipe, { LABEL: "part" }) },
    ]);
  });

  // ------------------------------------------------------------------ rules

  rule = this.RULE("rule", () => {
    this.OPTION(() => this.CONSUME(word("shadow")));
    this.OR([
      { ALT: () => this.SUBRULE(this.allow) },
      { ALT: () => this.SUBRULE(this.deny) },
      { ALT: () => this.SUBRULE(this.require) },
      { ALT: () => this.SUBRULE(this.limit) },
      { ALT: () => this.SUBRULE(this.labelRule) },
      { ALT: () => this.SUBRULE(this.redact) },
    ]);
    this.MANY(() => this.SUBRULE(this.clause));
  });

  allow = this.RULE("allow", () => {
    this.CONSUME(word("allow"));
    this.OPTION(() => this.CONSUME(t.Text));
    this.SUBRULE(this.who);
    this.CONSUME(word("to"));
    this.SUBRULE(this.operations);
    this.SUBRULE(this.condition);
  });

  deny = this.RULE("deny", () => {
    this.CONSUME(word("deny"));
    this.OPTION(() => this.CONSUME(t.Text));
    this.OR([
      {
        ALT: () => {
          this.CONSUME(word("result"));
          this.CONSUME(word("of"));
          this.SUBRULE(this.operations);
        },
      },
      { ALT: () => this.SUBRULE(this.target) },
    ]);
    this.SUBRULE(this.condition);
  });

  require = this.RULE("require", () => {
    this.CONSUME(word("require"));
    this.OPTION(() => this.CONSUME(t.Text));
    this.SUBRULE(this.duty);
    this.CONSUME(word("for"));
    this.SUBRULE(this.target);
    this.SUBRULE(this.condition);
    this.OPTION2(() => {
      this.CONSUME(word("valid"));
      this.CONSUME(t.DurationText);
    });
  });

  duty = this.RULE("duty", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(word("approval"));
          this.CONSUME(word("from"));
          this.OR2([
            { ALT: () => this.CONSUME(word("caller")) },
            { ALT: () => this.SUBRULE(this.who), IGNORE_AMBIGUITIES: true },
          ]);
        },
      },
      { ALT: () => this.CONSUME(word("mfa")) },
      { ALT: () => this.CONSUME(word("justification")) },
      {
        ALT: () => {
          this.CONSUME(word("duty"));
          this.CONSUME(t.Text);
        },
      },
    ]);
  });

  limit = this.RULE("limit", () => {
    this.CONSUME(word("limit"));
    this.OPTION(() => this.CONSUME(t.Text));
    this.SUBRULE(this.target);
    this.CONSUME(word("to"));
    this.CONSUME(t.NumberText);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(word("at"));
          this.CONSUME(word("once"));
        },
      },
      {
        ALT: () => {
          this.OPTION2(() => {
            this.CONSUME(word("of"));
            this.SUBRULE(this.sum);
          });
          this.CONSUME(word("per"));
          this.CONSUME(t.DurationText);
        },
      },
    ]);
    this.CONSUME2(word("per"));
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.key) });
    this.SUBRULE(this.condition);
  });

  key = this.RULE("key", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(word("principal"), { LABEL: "kind" });
          this.OPTION(() => {
            this.CONSUME(t.Dot);
            this.CONSUME(t.Word, { LABEL: "attribute" });
          });
        },
      },
      { ALT: () => this.CONSUME(word("client"), { LABEL: "kind" }) },
      { ALT: () => this.CONSUME(word("tool"), { LABEL: "kind" }) },
      { ALT: () => this.CONSUME(word("server"), { LABEL: "kind" }) },
      { ALT: () => this.CONSUME(word("everyone"), { LABEL: "kind" }) },
    ]);
  });

  labelRule = this.RULE("labelRule", () => {
    this.CONSUME(word("label"));
    this.CONSUME(t.Ident);
    this.CONSUME(word("on"));
    this.SUBRULE(this.operations);
    this.SUBRULE(this.condition);
    this.CONSUME(word("for"));
    this.CONSUME(t.DurationText);
  });

  redact = this.RULE("redact", () => {
    this.CONSUME(word("redact"));
    this.OPTION(() => this.CONSUME(t.Text));
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Ident) });
    this.CONSUME(word("in"));
    this.CONSUME(word("result"));
    this.CONSUME(word("of"));
    this.SUBRULE(this.operations);
    this.SUBRULE(this.condition);
  });

  clause = this.RULE("clause", () => {
    this.OR([
      { ALT: () => this.CONSUME(word("because"), { LABEL: "kind" }) },
      { ALT: () => this.CONSUME(word("note"), { LABEL: "kind" }) },
      { ALT: () => this.CONSUME(word("from"), { LABEL: "kind" }) },
      { ALT: () => this.CONSUME(word("until"), { LABEL: "kind" }) },
      { ALT: () => this.CONSUME(word("review"), { LABEL: "kind" }) },
    ]);
    this.OR2([
      {
        GATE: () => this.LA(0).tokenType === word("because") || this.LA(0).tokenType === word("note"),
        ALT: () => this.CONSUME(t.Text),
      },
      { ALT: () => this.CONSUME(t.DateText) },
    ]);
  });

  condition = this.RULE("condition", () => {
    this.OPTION(() => {
      this.CONSUME(word("when"));
      this.SUBRULE(this.expression, { LABEL: "when" });
    });
    this.OPTION2(() => {
      this.CONSUME(word("unless"));
      this.SUBRULE2(this.expression, { LABEL: "unless" });
    });
  });

  // -------------------------------------------------- callers, operations

  target = this.RULE("target", () => {
    this.OPTION({
      // GATE: whether this is a caller shows only at the `to` behind it, which is not the `to` of a limit's number.
      GATE: () => this.callerAhead(),
      DEF: () => {
        this.SUBRULE(this.who);
        this.CONSUME(word("to"));
      },
    });
    this.SUBRULE(this.operations);
  });

  who = this.RULE("who", () => {
    this.SUBRULE(this.whoAtom, { LABEL: "any" });
    this.MANY(() => {
      this.CONSUME(word("or"));
      this.SUBRULE2(this.whoAtom, { LABEL: "any" });
    });
    this.OPTION(() => {
      this.CONSUME(word("except"));
      this.SUBRULE3(this.whoAtom, { LABEL: "except" });
      this.MANY2(() => {
        this.CONSUME2(word("or"));
        this.SUBRULE4(this.whoAtom, { LABEL: "except" });
      });
    });
  });

  whoAtom = this.RULE("whoAtom", () => {
    this.OR([
      { ALT: () => this.CONSUME(word("anyone")) },
      {
        ALT: () => {
          this.CONSUME(word("id"));
          this.CONSUME(t.Text, { LABEL: "id" });
        },
      },
      { ALT: () => this.CONSUME(t.Ident, { LABEL: "role" }) },
      {
        ALT: () => {
          this.CONSUME(word("role"));
          this.CONSUME2(t.Text, { LABEL: "role" });
        },
      },
    ]);
  });

  operations = this.RULE("operations", () => {
    this.SUBRULE(this.operation, { LABEL: "include" });
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE2(this.operation, { LABEL: "include" });
    });
    this.OPTION({
      GATE: () => !this.nameAhead(),
      DEF: () => {
        this.CONSUME(word("except"));
        this.SUBRULE3(this.operation, { LABEL: "except" });
        this.MANY2(() => {
          this.CONSUME2(t.Comma);
          this.SUBRULE4(this.operation, { LABEL: "except" });
        });
      },
    });
  });

  operation = this.RULE("operation", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Star);
          this.OPTION(() => {
            this.CONSUME(t.Dot);
            this.SUBRULE(this.toolName);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Ident, { LABEL: "server" });
          this.CONSUME2(t.Dot);
          this.SUBRULE2(this.toolName);
        },
      },
      {
        GATE: () => !this.groupAhead(),
        ALT: () => {
          this.CONSUME(word("resource"));
          this.CONSUME2(t.Ident, { LABEL: "server" });
          this.CONSUME(t.Text);
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => !this.groupAhead(),
        ALT: () => {
          this.CONSUME(word("prompt"));
          this.CONSUME3(t.Ident, { LABEL: "server" });
          this.CONSUME3(t.Dot);
          this.SUBRULE3(this.toolName);
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => !this.groupAhead(),
        ALT: () => {
          this.CONSUME(word("completion"));
          this.CONSUME4(t.Ident, { LABEL: "server" });
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => !this.groupAhead(),
        ALT: () => {
          this.OR2([{ ALT: () => this.CONSUME(word("sampling")) }, { ALT: () => this.CONSUME(word("elicitation")) }]);
          this.CONSUME(word("by"));
          this.CONSUME5(t.Ident, { LABEL: "server" });
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => !this.groupAhead(),
        ALT: () => {
          this.CONSUME(word("roots"));
          this.CONSUME(word("for"));
          this.CONSUME6(t.Ident, { LABEL: "server" });
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => !this.groupAhead(),
        ALT: () => {
          this.CONSUME(word("everything"));
          this.OPTION2({
            GATE: () => !this.nameAhead(),
            DEF: () => {
              this.CONSUME(word("of"));
              this.CONSUME7(t.Ident, { LABEL: "server" });
            },
          });
        },
        IGNORE_AMBIGUITIES: true,
      },
      { GATE: () => this.groupAhead(), ALT: () => this.SUBRULE(this.groupName), IGNORE_AMBIGUITIES: true },
    ]);
  });

  toolName = this.RULE("toolName", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Word, { LABEL: "tool" }) },
      { ALT: () => this.CONSUME(t.Text, { LABEL: "tool" }) },
      { ALT: () => this.CONSUME(t.Wild, { LABEL: "tool" }) },
      { ALT: () => this.CONSUME(t.Star, { LABEL: "tool" }) },
    ]);
  });

  groupName = this.RULE("groupName", () => {
    this.CONSUME(t.Ident, { LABEL: "part" });
    this.MANY(() => {
      this.CONSUME(t.Colon);
      this.CONSUME2(t.Ident, { LABEL: "part" });
    });
  });

  // ------------------------------------------------------------------ types

  record = this.RULE("record", () => {
    this.CONSUME(t.LCurly);
    this.MANY({
      // One token decides, so that what is wrong with a field is told as such.
      MAX_LOOKAHEAD: 1,
      // GATE: a last `open` says that undeclared fields are let through; any other `open` is a field's name.
      GATE: () => !(this.LA(1).tokenType === word("open") && this.LA(2).tokenType === t.RCurly),
      DEF: () => {
        this.SUBRULE(this.field);
        this.OPTION(() => this.CONSUME(t.Comma));
      },
    });
    this.OPTION2(() => this.CONSUME(word("open")));
    this.CONSUME(t.RCurly);
  });

  field = this.RULE("field", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Word, { LABEL: "name" }) },
      { ALT: () => this.CONSUME(t.Text, { LABEL: "name" }) },
    ]);
    this.OPTION(() => this.CONSUME(t.Question));
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.MANY({ GATE: () => !this.fieldAhead(), DEF: () => this.SUBRULE(this.refinement) });
    this.OPTION2({
      GATE: () => !this.fieldAhead(),
      DEF: () =>
        this.OR2([
          {
            ALT: () => {
              this.CONSUME(word("from"));
              this.CONSUME(word("claim"));
              this.CONSUME2(t.Text, { LABEL: "claim" });
            },
          },
          {
            ALT: () => {
              this.CONSUME(word("on"));
              this.CONSUME(word("result"));
            },
          },
        ]),
    });
  });

  type = this.RULE("type", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Pipe, DEF: () => this.SUBRULE(this.typeAtom) });
  });

  typeAtom = this.RULE("typeAtom", () => {
    this.OR([
      {
        ALT: () => {
          this.OR2([
            { ALT: () => this.CONSUME(t.Ident, { LABEL: "name" }) },
            { ALT: () => this.CONSUME(word("null"), { LABEL: "name" }) },
          ]);
          this.OPTION(() => {
            this.CONSUME(t.Less);
            this.SUBRULE(this.type);
            this.CONSUME(t.Greater);
          });
        },
      },
      { ALT: () => this.CONSUME(t.Text) },
      { ALT: () => this.SUBRULE(this.record) },
    ]);
  });

  refinement = this.RULE("refinement", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(word("size"));
          this.SUBRULE(this.numberRange);
        },
      },
      { ALT: () => this.SUBRULE2(this.numberRange) },
      {
        ALT: () => {
          this.CONSUME(word("matches"));
          this.CONSUME(t.Regex);
        },
      },
      {
        ALT: () => {
          this.CONSUME(word("like"));
          this.SUBRULE(this.primary);
        },
      },
      {
        ALT: () => {
          this.CONSUME(word("under"));
          this.CONSUME(t.Text);
        },
      },
      {
        ALT: () => {
          this.CONSUME(word("in"));
          this.SUBRULE(this.list);
        },
      },
      {
        ALT: () => {
          this.OR2([{ ALT: () => this.CONSUME(word("starts")) }, { ALT: () => this.CONSUME(word("ends")) }]);
          this.CONSUME(word("with"));
          this.CONSUME2(t.Text);
        },
      },
      { ALT: () => this.CONSUME(word("unique")) },
    ]);
  });

  numberRange = this.RULE("numberRange", () => {
    this.CONSUME(t.NumberText, { LABEL: "low" });
    this.CONSUME(t.DotDot);
    this.CONSUME2(t.NumberText, { LABEL: "high" });
  });

  // ------------------------------------------------------------ expressions

  expression = this.RULE("expression", () => {
    this.AT_LEAST_ONE_SEP({ SEP: word("or"), DEF: () => this.SUBRULE(this.and) });
  });

  and = this.RULE("and", () => {
    this.AT_LEAST_ONE_SEP({ SEP: word("and"), DEF: () => this.SUBRULE(this.not) });
  });

  not = this.RULE("not", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(word("not"));
          this.SUBRULE(this.not);
        },
      },
      {
        ALT: () => {
          this.OR2([{ ALT: () => this.CONSUME(word("every")) }, { ALT: () => this.CONSUME(word("some")) }]);
          this.CONSUME(t.Ident, { LABEL: "variable" });
          this.CONSUME(word("in"));
          this.SUBRULE(this.sum);
          this.CONSUME(t.Colon);
          this.SUBRULE2(this.not);
        },
      },
      {
        ALT: () => {
          this.CONSUME(word("has"));
          this.SUBRULE(this.path);
        },
      },
      {
        ALT: () => {
          this.CONSUME(word("carries"));
          this.CONSUME2(t.Ident, { LABEL: "label" });
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.eventVerb);
          this.SUBRULE(this.events);
        },
      },
      { ALT: () => this.SUBRULE(this.comparison) },
    ]);
  });

  comparison = this.RULE("comparison", () => {
    this.SUBRULE(this.sum);
    // At most one is right; more are taken here, so that their own message can be given.
    this.MANY({
      // GATE: the `in last` that ends an event's condition is no comparison.
      GATE: () => !(this.LA(1).tokenType === word("in") && this.LA(2).tokenType === word("last")) && !this.nameAhead(),
      DEF: () => this.SUBRULE(this.comparisonTail),
    });
  });

  comparisonTail = this.RULE("comparisonTail", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Compare, { LABEL: "operator" });
          this.SUBRULE(this.sum, { LABEL: "right" });
        },
      },
      {
        ALT: () => {
          this.CONSUME(word("in"), { LABEL: "operator" });
          this.OR2([
            {
              ALT: () => {
                this.CONSUME(word("domain"), { LABEL: "operator" });
                this.CONSUME(t.Text, { LABEL: "domainName" });
              },
            },
            {
              ALT: () => {
                this.SUBRULE2(this.sum, { LABEL: "right" });
                this.OPTION(() => {
                  this.CONSUME(t.DotDot);
                  this.SUBRULE3(this.sum, { LABEL: "high" });
                });
              },
            },
          ]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(word("is"), { LABEL: "operator" });
          this.CONSUME(t.Word, { LABEL: "test" });
        },
      },
      {
        ALT: () => {
          this.OR3([
            { ALT: () => this.CONSUME(word("like"), { LABEL: "operator" }) },
            { ALT: () => this.CONSUME(word("runs"), { LABEL: "operator" }) },
            { ALT: () => this.CONSUME(word("invokes"), { LABEL: "operator" }) },
            { ALT: () => this.CONSUME(word("under"), { LABEL: "operator" }) },
            { ALT: () => this.CONSUME(word("matches"), { LABEL: "operator" }) },
          ]);
          this.SUBRULE(this.primary, { LABEL: "right" });
        },
      },
      {
        ALT: () => {
          this.OR4([
            { ALT: () => this.CONSUME(word("contains"), { LABEL: "operator" }) },
            {
              ALT: () => {
                this.OR5([
                  { ALT: () => this.CONSUME(word("starts"), { LABEL: "operator" }) },
                  { ALT: () => this.CONSUME(word("ends"), { LABEL: "operator" }) },
                ]);
                this.CONSUME(word("with"), { LABEL: "operator" });
              },
            },
            {
              ALT: () => {
                this.CONSUME(word("subset"), { LABEL: "operator" });
                this.CONSUME(word("of"), { LABEL: "operator" });
              },
            },
          ]);
          this.SUBRULE4(this.sum, { LABEL: "right" });
        },
      },
    ]);
  });

  sum = this.RULE("sum", () => {
    this.SUBRULE(this.product, { LABEL: "operand" });
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Plus, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.Minus, { LABEL: "operator" }) },
      ]);
      this.SUBRULE2(this.product, { LABEL: "operand" });
    });
  });

  product = this.RULE("product", () => {
    this.SUBRULE(this.defaulted, { LABEL: "operand" });
    this.OPTION({
      // GATE: a `*` that begins a line is the next entry of a capability, each tool, and multiplies nothing.
      GATE: () => !isFirstInLine(this.LA(1)),
      DEF: () => {
        this.CONSUME(t.Star, { LABEL: "operator" });
        this.SUBRULE2(this.defaulted, { LABEL: "operand" });
      },
    });
  });

  defaulted = this.RULE("defaulted", () => {
    this.SUBRULE(this.primary, { LABEL: "value" });
    this.OPTION(() => {
      this.CONSUME(t.Default);
      this.SUBRULE2(this.primary, { LABEL: "fallback" });
    });
  });

  primary = this.RULE("primary", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.literal) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.count) },
      { ALT: () => this.SUBRULE(this.total) },
      { ALT: () => this.SUBRULE(this.call) },
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          this.SUBRULE(this.expression);
          this.CONSUME(t.RParen);
        },
      },
      { ALT: () => this.SUBRULE(this.root) },
    ]);
    this.MANY(() => this.SUBRULE(this.step));
  });

  literal = this.RULE("literal", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Text) },
      { ALT: () => this.CONSUME(t.NumberText) },
      { ALT: () => this.CONSUME(t.DurationText) },
      { ALT: () => this.CONSUME(t.DateText) },
      { ALT: () => this.CONSUME(t.Regex) },
      { ALT: () => this.CONSUME(word("true")) },
      { ALT: () => this.CONSUME(word("false")) },
      { ALT: () => this.CONSUME(word("null")) },
    ]);
  });

  count = this.RULE("count", () => {
    this.CONSUME(word("count"));
    this.CONSUME(word("of"));
    this.OPTION({
      GATE: () => !nameEnds.has(this.LA(2).tokenType),
      DEF: () => {
        this.CONSUME(word("distinct"));
        this.SUBRULE(this.sum);
        this.CONSUME(word("over"));
      },
    });
    this.OPTION2(() => this.SUBRULE(this.eventVerb));
    this.SUBRULE(this.events);
  });

  total = this.RULE("total", () => {
    this.CONSUME(word("sum"));
    this.CONSUME(word("of"));
    this.SUBRULE(this.sum, { LABEL: "value" });
    this.OR([
      {
        ALT: () => {
          this.CONSUME(word("over"));
          this.SUBRULE(this.events);
        },
      },
      {
        ALT: () => {
          this.CONSUME(word("for"));
          this.CONSUME(t.Ident, { LABEL: "variable" });
          this.CONSUME(word("in"));
          this.SUBRULE2(this.sum, { LABEL: "list" });
        },
      },
    ]);
  });

  call = this.RULE("call", () => {
    this.CONSUME(t.Ident, { LABEL: "function" });
    this.CONSUME(t.LParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RParen);
  });

  root = this.RULE("root", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Ident, { LABEL: "name" }) },
      { ALT: () => this.CONSUME(word("principal"), { LABEL: "name" }) },
      { ALT: () => this.CONSUME(word("context"), { LABEL: "name" }) },
      { ALT: () => this.CONSUME(word("data"), { LABEL: "name" }) },
      { ALT: () => this.CONSUME(word("result"), { LABEL: "name" }) },
    ]);
  });

  step = this.RULE("step", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.OR2([
            { ALT: () => this.CONSUME(t.Word, { LABEL: "key" }) },
            { ALT: () => this.CONSUME(t.Text, { LABEL: "key" }) },
          ]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LSquare);
          this.SUBRULE(this.sum);
          this.CONSUME(t.RSquare);
        },
      },
    ]);
  });

  path = this.RULE("path", () => {
    this.SUBRULE(this.root);
    this.CONSUME(t.Dot);
    this.OR([
      { ALT: () => this.CONSUME(t.Word, { LABEL: "key" }) },
      { ALT: () => this.CONSUME(t.Text, { LABEL: "key" }) },
    ]);
    this.MANY(() => this.SUBRULE(this.step));
  });

  list = this.RULE("list", () => {
    this.CONSUME(t.LSquare);
    this.OPTION(() => {
      this.SUBRULE(this.sum);
      this.MANY({
        GATE: () => this.LA(2).tokenType !== t.RSquare,
        DEF: () => {
          this.CONSUME(t.Comma);
          this.SUBRULE2(this.sum);
        },
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    this.CONSUME(t.RSquare);
  });

  eventVerb = this.RULE("eventVerb", () => {
    this.OR([
      { ALT: () => this.CONSUME(word("attempted")) },
      { ALT: () => this.CONSUME(word("called")) },
      { ALT: () => this.CONSUME(word("completed")) },
    ]);
  });

  events = this.RULE("events", () => {
    this.SUBRULE(this.operation, { LABEL: "operation" });
    this.OPTION(() => {
      this.CONSUME(word("by"));
      this.CONSUME(word("anyone"));
    });
    this.OPTION2(() => {
      this.CONSUME(word("with"));
      this.SUBRULE(this.not, { LABEL: "with" });
    });
    this.OPTION3(() => {
      this.CONSUME(word("since"));
      this.SUBRULE2(this.operation, { LABEL: "since" });
      this.OPTION4(() => {
        this.CONSUME2(word("with"));
        this.SUBRULE2(this.not, { LABEL: "sinceWith" });
      });
    });
    this.CONSUME(word("in"));
    this.CONSUME(word("last"));
    this.CONSUME(t.DurationText);
  });

  // ------------------------------------------------------------------ gates

  /** WHO `to`, where the `to` is not that of a limit's number. */
  private callerAhead(): boolean {
    for (let at = 1; ; ) {
      const token = this.LA(at).tokenType;
      const next = this.LA(at + 1).tokenType;
      if ((token === word("id") || token === word("role")) && tokenMatcher(this.LA(at + 1), t.Text)) at += 2;
      else if (token === word("anyone") || isIdent(this.LA(at)) || next === word("to")) at += 1;
      else return false;
      const then = this.LA(at).tokenType;
      // Nor is it the name of a server: `resource to "…"`, `completion to, fs.read`.
      if (then === word("to")) {
        return ![t.NumberText, t.Text, t.Comma].some((type) => tokenMatcher(this.LA(at + 1), type));
      }
      if (then !== word("or") && then !== word("except")) return false;
      at += 1;
    }
  }

  /** A capability's name. Some words name none unless a `:` follows. */
  private groupAhead(): boolean {
    return isIdent(this.LA(1)) && (!neverAlone.has(this.LA(1).tokenType) || this.LA(2).tokenType === t.Colon);
  }

  /** The next token is the name of a server or a group (`under.read`, `under:x`), not an operator (`under "/x"`). */
  private nameAhead(): boolean {
    const next = this.LA(2).tokenType;
    return isIdent(this.LA(1)) && (next === t.Dot || next === t.Colon);
  }

  /** The next token is the name of a further field (`size: int`), not a refinement (`size 1..9`). */
  private fieldAhead(): boolean {
    const next = this.LA(2).tokenType;
    return next === t.Colon || next === t.Question;
  }
}

const mistakes: readonly TokenType[] = [
  t.BadNumber,
  t.BadText,
  t.BadRegex,
  t.Stars,
  ...t.foreignSpellings.map((row) => row.token),
];

const neverAlone: ReadonlySet<TokenType> = new Set([...t.neverAlone].map(word));

/** What follows a capability's name in a history form: `count of distinct in last 1h` counts a capability called `distinct`. */
const nameEnds: ReadonlySet<TokenType> = new Set([t.Dot, t.Colon, word("in")]);

function isIdent(token: IToken): boolean {
  return token.tokenType !== EOF && tokenMatcher(token, t.Ident);
}

function isFirstInLine(token: IToken): boolean {
  return token.tokenType !== EOF && placing(token).isFirstInLine;
}

let grammar: Grammar | undefined;

/** What the grammar makes of one statement's tokens: its tree, or the first mistake. */
export type StatementParse =
  | { readonly tree: StatementCstNode; readonly mistake?: undefined }
  | { readonly tree?: undefined; readonly mistake: IRecognitionException };

/** Parses one statement, which must take all tokens. The parser is built on first use and kept. */
export function parseStatement(tokens: readonly IToken[]): StatementParse {
  grammar ??= new Grammar();
  grammar.input = tokens as IToken[];
  const tree: CstNode = grammar.statement();
  const mistake = grammar.errors[0];
  return mistake === undefined ? { tree: tree as StatementCstNode } : { mistake };
}

/** The grammar's rules as plain data, for tests. */
export function serializedGrammar(): ReturnType<CstParser["getSerializedGastProductions"]> {
  grammar ??= new Grammar();
  return grammar.getSerializedGastProductions();
}

/** The grammar's rules as data, for tests and generated types. */
export function grammarRules(): ReturnType<CstParser["getGAstProductions"]> {
  grammar ??= new Grammar();
  return grammar.getGAstProductions();
}
