export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts } = kit;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const s0 = (q) => ((true));
const s1 = (q) => !(((matchesResource("file:///w/drafts/**", q.uri) !== false)))
  && (((matchesResource("file:///w/**", q.uri) === true)));
const s2 = (q) => (((true)));
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_file", s0]]), further: undefined }]])], 
  ["resource", new Map([
    ["fs", { names: new Map([]), further: s1 }]])], 
  ["completion", new Map([
    ["fs", { names: new Map([]), further: s2 }]])]]);
return function permits({ operation, principal, context, arguments: args }) {
  const found = subjects.get(operation.kind)?.get(operation.server);
  const decide = found?.names.get(operation.name) ?? found?.further;
  if (decide === undefined) return false;
  return decide({
    args,
    principal,
    context,
    tool: nothing,
    resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
    result: undefined,
    name: operation.name,
    uri: operation.uri,
  });
};
}
