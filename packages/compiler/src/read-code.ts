import { type Code, js, type ReferenceIr, type Type } from "@mcpolicy/core";
import { type Emission, rootCode } from "./emission.ts";

/**
 * A function from where a reference starts (`args`, `principal`, `context`), or from an earlier event's arguments and the root of their server,
 * to the value at its path, read as its type: `undefined` where it is absent or unreadable. It gives what the kit's `step` and `read` give, in plain code for the common types.
 *
 * Arguments are within bounds, so that only `Object.prototype` can lend them a name, and their texts are Unicode.
 */
export function readFunction(reference: ReferenceIr, root: string | undefined, emission: Emission): Code {
  const [first, ...further] = reference.path;
  const type = emission.type(reference.as);
  const start = js`from`;
  const isOfEvent = reference.root === "its";
  const below = isOfEvent ? js`root` : rootCode(root);
  const parameters = isOfEvent ? js`(from, root)` : js`(from)`;
  const steps = (from: Code, path: ReferenceIr["path"]): Code =>
    path.reduce((code, key) => js`step(${code}, ${key})`, from);
  const slow = steps(start, reference.path);
  if (typeof first !== "string") return whole(js`read(${type}, ${slow}, ${below})`);

  const quick = quickReading(reference.as, reference.root === "args", below);
  const reading = quick ?? js`read(${type}, value, ${below})`;
  if (reference.fallback === undefined) return lines(js`  return ${reading};`);
  const fallback = emission.constant(reference.as, reference.fallback, root);
  // Along a path, what is not there and what is not known have to be told apart.
  if (further.length > 0) return whole(js`readOr(${type}, ${slow}, ${below}, ${fallback})`);
  return lines(js`  if (value === undefined) return ${fallback};\n  return ${reading};`);

  function whole(code: Code): Code {
    return emission.function("g", (self) => js`const ${self} = ${parameters} => ${code};`);
  }

  function lines(code: Code): Code {
    return emission.function(
      "g",
      (self) =>
        js`const ${self} = ${parameters} => {\n  const value = ${steps(js`${ownFunction(reference.root, first as string, emission)}(from)`, further)};\n${code}\n};`,
    );
  }
}

/** A function from where references start to what it holds under a name of its own, as it is; `undefined` where there is nothing. */
export function ownFunction(root: ReferenceIr["root"], name: string, emission: Emission): Code {
  const isArgs = root === "args" && !(name in Object.prototype);
  const has = isArgs ? js`pristine[${name}] === undefined` : js`hasOwn(from, ${name})`;
  const otherwise = isArgs ? js`(hasOwn(from, ${name}) ? from[${name}] : undefined)` : js`undefined`;
  return emission.function("a", (self) => js`const ${self} = (from) => ${has} ? from[${name}] : ${otherwise};`);
}

/** Code that reads `value` as a type, where that is no more than a question or two. Texts of arguments are Unicode by their bounds. */
function quickReading(type: Type, isArgument: boolean, root: Code): Code | undefined {
  switch (type.kind) {
    case "string":
      return isArgument ? js`typeof value === "string" ? value : undefined` : undefined;
    case "bool":
      return js`typeof value === "boolean" ? value : undefined`;
    case "int":
      return js`Number.isSafeInteger(value) ? value : undefined`;
    case "number":
      return js`Number.isFinite(value) ? value : undefined`;
    case "path":
      return js`typeof value === "string" ? asPath(value, ${root}) : undefined`;
    default:
      return undefined;
  }
}
