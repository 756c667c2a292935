export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts, asPath } = kit;
const { hasRole, hasAnyRole, callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;
const { hasOwn } = Object;
const pristine = Object.prototype;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const rootOf = (server) => roots.get(server);
const roots = new Map([["fs","/w"]]);
const p0 = ["head"];
const t0 = {"kind":"int"};
const a0 = (from) => pristine["head"] === undefined ? from["head"] : (hasOwn(from, "head") ? from["head"] : undefined);
const g0 = (from) => {
  const value = a0(from);
  return Number.isSafeInteger(value) ? value : undefined;
};
function s0(args, principal, context, request, k) {
  let x0;
  return (
    // "allow" "read"
    ((true))) && !(
    // "deny" "long reads"
    ((((has(args, p0, true) && (((x0 = g0(args)) === undefined) || ((x0 > 1000))))))));
}
const t1 = {"kind":"bool"};
const c0 = read(t1, false, "/w");
const a1 = (from) => pristine["overwrite"] === undefined ? from["overwrite"] : (hasOwn(from, "overwrite") ? from["overwrite"] : undefined);
const g1 = (from) => {
  const value = a1(from);
  if (value === undefined) return c0;
  return typeof value === "boolean" ? value : undefined;
};
const t2 = {"kind":"path"};
const a2 = (from) => pristine["path"] === undefined ? from["path"] : (hasOwn(from, "path") ? from["path"] : undefined);
const g2 = (from) => {
  const value = a2(from);
  return typeof value === "string" ? asPath(value, "/w") : undefined;
};
const t3 = {"kind":"string"};
const a3 = (from) => hasOwn(from, "team") ? from["team"] : undefined;
const g3 = (from) => {
  const value = a3(from);
  return read(t3, value, "/w");
};
const t4 = {"element":{"kind":"path"},"kind":"list"};
const a4 = (from) => pristine["content"] === undefined ? from["content"] : (hasOwn(from, "content") ? from["content"] : undefined);
const g4 = (from) => {
  const value = a4(from);
  return typeof value === "string" ? value : undefined;
};
function s1(args, principal, context, request, k) {
  let x0, x1, x2, x3;
  return (
    // "allow" "write below the team"
    ((((!(g1(args) !== false) && (!((x0 = g2(args)) === undefined || (x1 = read(t4, every([read(t2, join(["/w/", hole(g3(principal))]), "/w")]), "/w")) === undefined) && (operators["under"](x0, x1)))))))) && !(
    // "deny" "hidden"
    (((!(!((x2 = (((x3 = g4(args)) === undefined) ? undefined : read(t3, (operators["lower"](x3)), "/w"))) === undefined) && (x2.startsWith("hello")))))));
}
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_file", { by: s0, k: [] }], 
      ["write_file", { by: s1, k: [] }]]), further: undefined }]])]]);
const tools = subjects.get("tool") ?? new Map();
const only = tools.size === 1 ? [...tools.values()][0] : undefined;
return function permits(request, caller) {
  const { operation } = request;
  const found = operation.kind === "tool" ? (operation.server === "fs" ? only : undefined) : subjects.get(operation.kind)?.get(operation.server);
  if (found === undefined) return false;
  const decides = found.names.get(operation.name) ?? found.further;
  if (decides === undefined) return false;
  return decides.by(request.arguments, caller, request.context, request, decides.k);
};
}
