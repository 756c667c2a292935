import { askedTools, NotAList } from "../../needs/asked-tools.ts";
import { statedIn } from "../../needs/front-matter.ts";
import { heldBy, leastCapabilities } from "../../needs/least-capabilities.ts";
import { neededTools } from "../../needs/needed-tools.ts";
import { type Check, failsWith, unchecked } from "../check.ts";
import type { Deployment, Skill } from "../deployment.ts";

export const skills: readonly Check[] = [
  {
    name: "skills-state-needs",
    item: 6,
    title: "each skill states the capabilities that it needs, and no others",
    run: (deployment) => {
      if (deployment.skills.length === 0)
        return unchecked("there is no SKILL.md below the project", "name their folder: --skills DIR");
      return failsWith(
        deployment.skills.flatMap((skill) => wrongWith(skill, deployment)),
        "run `policy needs FILE --write`",
      );
    },
  },
];

function wrongWith({ file, text }: Skill, { checked }: Deployment): readonly string[] {
  try {
    const { tools, problems } = neededTools(askedTools(file, text), checked);
    if (problems.length > 0) return problems.map((each) => `${file}: ${each}`);
    // A skill that uses no tool of a server needs nothing of the policy.
    if (tools.length === 0) return [];
    const needed = leastCapabilities(tools, heldBy(checked)).capabilities.join(" ");
    const stated = statedIn(text)?.["mcpolicy-capabilities"];
    if (stated === undefined) return [`${file} does not state what it needs: ${needed}`];
    return stated === needed ? [] : [`${file} states \`${stated}\`, and needs \`${needed}\``];
  } catch (problem) {
    if (problem instanceof NotAList) return [`${file}: ${problem.message}`];
    throw problem;
  }
}
