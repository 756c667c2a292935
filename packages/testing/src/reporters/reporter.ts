import type { FixtureRun } from "../run-fixture.ts";

/** A run as text in some format, with a line break at its end. Pure; `color` is for terminals alone. */
export type Reporter = (runs: readonly FixtureRun[], options: { readonly color: boolean }) => string;
