import { expect, it } from "vitest";
import { catalogue, catalogueRow } from "../src/catalogue/index.ts";

it("has each code once, well formed, with a title and a page", () => {
  expect(new Set(catalogue.map((row) => row.code)).size).toBe(catalogue.length);
  for (const row of catalogue) {
    expect(row.code).toMatch(/^P0\d{3}$/);
    expect(row.title, row.code).not.toBe("");
    expect(row.page.trim().length, `${row.code} needs a page`).toBeGreaterThan(80);
  }
});

it("refuses a code that it lacks", () => {
  expect(() => catalogueRow("P9999")).toThrow("P9999 is not in the catalogue");
});
