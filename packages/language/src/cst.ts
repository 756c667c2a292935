// Made from the grammar in parser.ts by test/generate-cst.ts; a test fails when it is stale.
import type { CstNode, IToken } from "chevrotain";

export interface StatementCstNode extends CstNode {
  name: "statement";
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  edition?: EditionCstNode[];
  import?: ImportCstNode[];
  narrows?: NarrowsCstNode[];
  server?: ServerCstNode[];
  attributes?: AttributesCstNode[];
  data?: DataCstNode[];
  let?: LetCstNode[];
  capability?: CapabilityCstNode[];
  role?: RoleCstNode[];
  check?: CheckCstNode[];
  assert?: AssertCstNode[];
  settings?: SettingsCstNode[];
  rule?: RuleCstNode[];
};

export interface EditionCstNode extends CstNode {
  name: "edition";
  children: EditionCstChildren;
}

export type EditionCstChildren = {
  Mcpolicy: IToken[];
  NumberText: IToken[];
};

export interface ImportCstNode extends CstNode {
  name: "import";
  children: ImportCstChildren;
}

export type ImportCstChildren = {
  Import: IToken[];
  Text: IToken[];
};

export interface NarrowsCstNode extends CstNode {
  name: "narrows";
  children: NarrowsCstChildren;
}

export type NarrowsCstChildren = {
  Narrows: IToken[];
  Text: IToken[];
};

export interface ServerCstNode extends CstNode {
  name: "server";
  children: ServerCstChildren;
}

export type ServerCstChildren = {
  Server: IToken[];
  name: IToken[];
  From?: IToken[];
  file?: IToken[];
  Root?: IToken[];
  directory?: IToken[];
  Untyped?: IToken[];
  Trusted?: IToken[];
};

export interface AttributesCstNode extends CstNode {
  name: "attributes";
  children: AttributesCstChildren;
}

export type AttributesCstChildren = {
  Principal?: IToken[];
  Context?: IToken[];
  record: RecordCstNode[];
};

export interface DataCstNode extends CstNode {
  name: "data";
  children: DataCstChildren;
}

export type DataCstChildren = {
  Data: IToken[];
  Ident: IToken[];
  From: IToken[];
  Text: IToken[];
};

export interface LetCstNode extends CstNode {
  name: "let";
  children: LetCstChildren;
}

export type LetCstChildren = {
  Let: IToken[];
  name: IToken[];
  LParen?: IToken[];
  parameter?: IToken[];
  Comma?: IToken[];
  RParen?: IToken[];
  Assign: IToken[];
  expression: ExpressionCstNode[];
};

export interface CapabilityCstNode extends CstNode {
  name: "capability";
  children: CapabilityCstChildren;
}

export type CapabilityCstChildren = {
  Capability: IToken[];
  groupName: GroupNameCstNode[];
  LCurly: IToken[];
  entry?: EntryCstNode[];
  RCurly: IToken[];
};

export interface EntryCstNode extends CstNode {
  name: "entry";
  children: EntryCstChildren;
}

export type EntryCstChildren = {
  operations: OperationsCstNode[];
  condition: ConditionCstNode[];
};

export interface RoleCstNode extends CstNode {
  name: "role";
  children: RoleCstChildren;
}

export type RoleCstChildren = {
  Role: IToken[];
  name?: IToken[];
  LCurly: IToken[];
  groupName?: GroupNameCstNode[];
  Comma?: IToken[];
  RCurly: IToken[];
};

export interface CheckCstNode extends CstNode {
  name: "check";
  children: CheckCstChildren;
}

export type CheckCstChildren = {
  Check: IToken[];
  Result?: IToken[];
  Of?: IToken[];
  Ident: IToken[];
  Dot: IToken[];
  toolName: ToolNameCstNode[];
  record: RecordCstNode[];
};

export interface AssertCstNode extends CstNode {
  name: "assert";
  children: AssertCstChildren;
}

export type AssertCstChildren = {
  Assert: IToken[];
  Text?: IToken[];
  who: WhoCstNode[];
  Never?: IToken[];
  Always?: IToken[];
  Only?: IToken[];
  With?: IToken[];
  Approval?: IToken[];
  operations: OperationsCstNode[];
  condition: ConditionCstNode[];
};

export interface SettingsCstNode extends CstNode {
  name: "settings";
  children: SettingsCstChildren;
}

export type SettingsCstChildren = {
  Token?: IToken[];
  Audit?: IToken[];
  Network?: IToken[];
  Ident?: IToken[];
  LCurly: IToken[];
  setting?: SettingCstNode[];
  RCurly: IToken[];
};

export interface SettingCstNode extends CstNode {
  name: "setting";
  children: SettingCstChildren;
}

export type SettingCstChildren = {
  part?: IToken[];
};

export interface RuleCstNode extends CstNode {
  name: "rule";
  children: RuleCstChildren;
}

export type RuleCstChildren = {
  Shadow?: IToken[];
  allow?: AllowCstNode[];
  deny?: DenyCstNode[];
  require?: RequireCstNode[];
  limit?: LimitCstNode[];
  labelRule?: LabelRuleCstNode[];
  redact?: RedactCstNode[];
  clause?: ClauseCstNode[];
};

export interface AllowCstNode extends CstNode {
  name: "allow";
  children: AllowCstChildren;
}

export type AllowCstChildren = {
  Allow: IToken[];
  Text?: IToken[];
  who: WhoCstNode[];
  To: IToken[];
  operations: OperationsCstNode[];
  condition: ConditionCstNode[];
};

export interface DenyCstNode extends CstNode {
  name: "deny";
  children: DenyCstChildren;
}

export type DenyCstChildren = {
  Deny: IToken[];
  Text?: IToken[];
  Result?: IToken[];
  Of?: IToken[];
  operations?: OperationsCstNode[];
  target?: TargetCstNode[];
  condition: ConditionCstNode[];
};

export interface RequireCstNode extends CstNode {
  name: "require";
  children: RequireCstChildren;
}

export type RequireCstChildren = {
  Require: IToken[];
  Text?: IToken[];
  duty: DutyCstNode[];
  For: IToken[];
  target: TargetCstNode[];
  condition: ConditionCstNode[];
  Valid?: IToken[];
  DurationText?: IToken[];
};

export interface DutyCstNode extends CstNode {
  name: "duty";
  children: DutyCstChildren;
}

export type DutyCstChildren = {
  Approval?: IToken[];
  From?: IToken[];
  Caller?: IToken[];
  who?: WhoCstNode[];
  Mfa?: IToken[];
  Justification?: IToken[];
  Duty?: IToken[];
  Text?: IToken[];
};

export interface LimitCstNode extends CstNode {
  name: "limit";
  children: LimitCstChildren;
}

export type LimitCstChildren = {
  Limit: IToken[];
  Text?: IToken[];
  target: TargetCstNode[];
  To: IToken[];
  NumberText: IToken[];
  At?: IToken[];
  Once?: IToken[];
  Of?: IToken[];
  sum?: SumCstNode[];
  Per: IToken[];
  DurationText?: IToken[];
  key: KeyCstNode[];
  Comma?: IToken[];
  condition: ConditionCstNode[];
};

export interface KeyCstNode extends CstNode {
  name: "key";
  children: KeyCstChildren;
}

export type KeyCstChildren = {
  kind?: IToken[];
  Dot?: IToken[];
  attribute?: IToken[];
};

export interface LabelRuleCstNode extends CstNode {
  name: "labelRule";
  children: LabelRuleCstChildren;
}

export type LabelRuleCstChildren = {
  Label: IToken[];
  Ident: IToken[];
  On: IToken[];
  operations: OperationsCstNode[];
  condition: ConditionCstNode[];
  For: IToken[];
  DurationText: IToken[];
};

export interface RedactCstNode extends CstNode {
  name: "redact";
  children: RedactCstChildren;
}

export type RedactCstChildren = {
  Redact: IToken[];
  Text?: IToken[];
  Ident: IToken[];
  Comma?: IToken[];
  In: IToken[];
  Result: IToken[];
  Of: IToken[];
  operations: OperationsCstNode[];
  condition: ConditionCstNode[];
};

export interface ClauseCstNode extends CstNode {
  name: "clause";
  children: ClauseCstChildren;
}

export type ClauseCstChildren = {
  kind?: IToken[];
  Text?: IToken[];
  DateText?: IToken[];
};

export interface ConditionCstNode extends CstNode {
  name: "condition";
  children: ConditionCstChildren;
}

export type ConditionCstChildren = {
  When?: IToken[];
  when?: ExpressionCstNode[];
  Unless?: IToken[];
  unless?: ExpressionCstNode[];
};

export interface TargetCstNode extends CstNode {
  name: "target";
  children: TargetCstChildren;
}

export type TargetCstChildren = {
  who?: WhoCstNode[];
  To?: IToken[];
  operations: OperationsCstNode[];
};

export interface WhoCstNode extends CstNode {
  name: "who";
  children: WhoCstChildren;
}

export type WhoCstChildren = {
  any: WhoAtomCstNode[];
  Or?: IToken[];
  Except?: IToken[];
  except?: WhoAtomCstNode[];
};

export interface WhoAtomCstNode extends CstNode {
  name: "whoAtom";
  children: WhoAtomCstChildren;
}

export type WhoAtomCstChildren = {
  Anyone?: IToken[];
  Id?: IToken[];
  id?: IToken[];
  role?: IToken[];
  Role?: IToken[];
};

export interface OperationsCstNode extends CstNode {
  name: "operations";
  children: OperationsCstChildren;
}

export type OperationsCstChildren = {
  include: OperationCstNode[];
  Comma?: IToken[];
  Except?: IToken[];
  except?: OperationCstNode[];
};

export interface OperationCstNode extends CstNode {
  name: "operation";
  children: OperationCstChildren;
}

export type OperationCstChildren = {
  Star?: IToken[];
  Dot?: IToken[];
  toolName?: ToolNameCstNode[];
  server?: IToken[];
  Resource?: IToken[];
  Text?: IToken[];
  Prompt?: IToken[];
  Completion?: IToken[];
  Sampling?: IToken[];
  Elicitation?: IToken[];
  By?: IToken[];
  Roots?: IToken[];
  For?: IToken[];
  Everything?: IToken[];
  Of?: IToken[];
  groupName?: GroupNameCstNode[];
};

export interface ToolNameCstNode extends CstNode {
  name: "toolName";
  children: ToolNameCstChildren;
}

export type ToolNameCstChildren = {
  tool?: IToken[];
};

export interface GroupNameCstNode extends CstNode {
  name: "groupName";
  children: GroupNameCstChildren;
}

export type GroupNameCstChildren = {
  part: IToken[];
  Colon?: IToken[];
};

export interface RecordCstNode extends CstNode {
  name: "record";
  children: RecordCstChildren;
}

export type RecordCstChildren = {
  LCurly: IToken[];
  field?: FieldCstNode[];
  Comma?: IToken[];
  Open?: IToken[];
  RCurly: IToken[];
};

export interface FieldCstNode extends CstNode {
  name: "field";
  children: FieldCstChildren;
}

export type FieldCstChildren = {
  name?: IToken[];
  Question?: IToken[];
  Colon: IToken[];
  type: TypeCstNode[];
  refinement?: RefinementCstNode[];
  From?: IToken[];
  Claim?: IToken[];
  claim?: IToken[];
  On?: IToken[];
  Result?: IToken[];
};

export interface TypeCstNode extends CstNode {
  name: "type";
  children: TypeCstChildren;
}

export type TypeCstChildren = {
  typeAtom: TypeAtomCstNode[];
  Pipe?: IToken[];
};

export interface TypeAtomCstNode extends CstNode {
  name: "typeAtom";
  children: TypeAtomCstChildren;
}

export type TypeAtomCstChildren = {
  name?: IToken[];
  Less?: IToken[];
  type?: TypeCstNode[];
  Greater?: IToken[];
  Text?: IToken[];
  record?: RecordCstNode[];
};

export interface RefinementCstNode extends CstNode {
  name: "refinement";
  children: RefinementCstChildren;
}

export type RefinementCstChildren = {
  Size?: IToken[];
  numberRange?: NumberRangeCstNode[];
  Matches?: IToken[];
  Regex?: IToken[];
  Like?: IToken[];
  primary?: PrimaryCstNode[];
  Under?: IToken[];
  Text?: IToken[];
  In?: IToken[];
  list?: ListCstNode[];
  Starts?: IToken[];
  Ends?: IToken[];
  With?: IToken[];
  Unique?: IToken[];
};

export interface NumberRangeCstNode extends CstNode {
  name: "numberRange";
  children: NumberRangeCstChildren;
}

export type NumberRangeCstChildren = {
  low: IToken[];
  DotDot: IToken[];
  high: IToken[];
};

export interface ExpressionCstNode extends CstNode {
  name: "expression";
  children: ExpressionCstChildren;
}

export type ExpressionCstChildren = {
  and: AndCstNode[];
  Or?: IToken[];
};

export interface AndCstNode extends CstNode {
  name: "and";
  children: AndCstChildren;
}

export type AndCstChildren = {
  not: NotCstNode[];
  And?: IToken[];
};

export interface NotCstNode extends CstNode {
  name: "not";
  children: NotCstChildren;
}

export type NotCstChildren = {
  Not?: IToken[];
  not?: NotCstNode[];
  Every?: IToken[];
  Some?: IToken[];
  variable?: IToken[];
  In?: IToken[];
  sum?: SumCstNode[];
  Colon?: IToken[];
  Has?: IToken[];
  path?: PathCstNode[];
  Carries?: IToken[];
  label?: IToken[];
  eventVerb?: EventVerbCstNode[];
  events?: EventsCstNode[];
  comparison?: ComparisonCstNode[];
};

export interface ComparisonCstNode extends CstNode {
  name: "comparison";
  children: ComparisonCstChildren;
}

export type ComparisonCstChildren = {
  sum: SumCstNode[];
  comparisonTail?: ComparisonTailCstNode[];
};

export interface ComparisonTailCstNode extends CstNode {
  name: "comparisonTail";
  children: ComparisonTailCstChildren;
}

export type ComparisonTailCstChildren = {
  operator?: IToken[];
  right?: (SumCstNode | PrimaryCstNode)[];
  domainName?: IToken[];
  DotDot?: IToken[];
  high?: SumCstNode[];
  test?: IToken[];
};

export interface SumCstNode extends CstNode {
  name: "sum";
  children: SumCstChildren;
}

export type SumCstChildren = {
  operand: ProductCstNode[];
  operator?: IToken[];
};

export interface ProductCstNode extends CstNode {
  name: "product";
  children: ProductCstChildren;
}

export type ProductCstChildren = {
  operand: DefaultedCstNode[];
  operator?: IToken[];
};

export interface DefaultedCstNode extends CstNode {
  name: "defaulted";
  children: DefaultedCstChildren;
}

export type DefaultedCstChildren = {
  value: PrimaryCstNode[];
  Default?: IToken[];
  fallback?: PrimaryCstNode[];
};

export interface PrimaryCstNode extends CstNode {
  name: "primary";
  children: PrimaryCstChildren;
}

export type PrimaryCstChildren = {
  literal?: LiteralCstNode[];
  list?: ListCstNode[];
  count?: CountCstNode[];
  total?: TotalCstNode[];
  call?: CallCstNode[];
  LParen?: IToken[];
  expression?: ExpressionCstNode[];
  RParen?: IToken[];
  root?: RootCstNode[];
  step?: StepCstNode[];
};

export interface LiteralCstNode extends CstNode {
  name: "literal";
  children: LiteralCstChildren;
}

export type LiteralCstChildren = {
  Text?: IToken[];
  NumberText?: IToken[];
  DurationText?: IToken[];
  DateText?: IToken[];
  Regex?: IToken[];
  True?: IToken[];
  False?: IToken[];
  Null?: IToken[];
};

export interface CountCstNode extends CstNode {
  name: "count";
  children: CountCstChildren;
}

export type CountCstChildren = {
  Count: IToken[];
  Of: IToken[];
  Distinct?: IToken[];
  sum?: SumCstNode[];
  Over?: IToken[];
  eventVerb?: EventVerbCstNode[];
  events: EventsCstNode[];
};

export interface TotalCstNode extends CstNode {
  name: "total";
  children: TotalCstChildren;
}

export type TotalCstChildren = {
  Sum: IToken[];
  Of: IToken[];
  value: SumCstNode[];
  Over?: IToken[];
  events?: EventsCstNode[];
  For?: IToken[];
  variable?: IToken[];
  In?: IToken[];
  list?: SumCstNode[];
};

export interface CallCstNode extends CstNode {
  name: "call";
  children: CallCstChildren;
}

export type CallCstChildren = {
  function: IToken[];
  LParen: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  RParen: IToken[];
};

export interface RootCstNode extends CstNode {
  name: "root";
  children: RootCstChildren;
}

export type RootCstChildren = {
  name?: IToken[];
};

export interface StepCstNode extends CstNode {
  name: "step";
  children: StepCstChildren;
}

export type StepCstChildren = {
  Dot?: IToken[];
  key?: IToken[];
  LSquare?: IToken[];
  sum?: SumCstNode[];
  RSquare?: IToken[];
};

export interface PathCstNode extends CstNode {
  name: "path";
  children: PathCstChildren;
}

export type PathCstChildren = {
  root: RootCstNode[];
  Dot: IToken[];
  key?: IToken[];
  step?: StepCstNode[];
};

export interface ListCstNode extends CstNode {
  name: "list";
  children: ListCstChildren;
}

export type ListCstChildren = {
  LSquare: IToken[];
  sum?: SumCstNode[];
  Comma?: IToken[];
  RSquare: IToken[];
};

export interface EventVerbCstNode extends CstNode {
  name: "eventVerb";
  children: EventVerbCstChildren;
}

export type EventVerbCstChildren = {
  Attempted?: IToken[];
  Called?: IToken[];
  Completed?: IToken[];
};

export interface EventsCstNode extends CstNode {
  name: "events";
  children: EventsCstChildren;
}

export type EventsCstChildren = {
  operation: OperationCstNode[];
  By?: IToken[];
  Anyone?: IToken[];
  With?: IToken[];
  with?: NotCstNode[];
  Since?: IToken[];
  since?: OperationCstNode[];
  sinceWith?: NotCstNode[];
  In: IToken[];
  Last: IToken[];
  DurationText: IToken[];
};
