import { isPathName } from "@mcpolicy/core";
import { expect, test } from "vitest";

test.each([
  "path",
  "paths",
  "file",
  "filePath",
  "file_path",
  "file-path",
  "filename",
  "FILENAME",
  "sourcePath",
  "source",
  "destination",
  "src",
  "dst",
  "cwd",
  "root",
  "outputDir",
  "output_directory",
  "workingDirectory",
  "folder",
  "URLPath",
  "path2",
  "args.path",
  "targetFile1",
  "HTMLFile",
])("%s makes a path", (name) => {
  expect(isPathName(name)).toBe(true);
});

test.each([
  "",
  "profile",
  "pathology",
  "xpath",
  "url",
  "content",
  "resource",
  "direct",
  "fil",
  "sourcing",
  "__proto__",
  "名前",
  "rooted",
])("%s does not", (name) => {
  expect(isPathName(name)).toBe(false);
});

test("a name says the same however many others were asked about meanwhile", () => {
  for (let count = 0; count < 3_000; count++) {
    expect(isPathName(`invented${count}pathology`)).toBe(false);
    expect([isPathName("filePath"), isPathName("profile")]).toEqual([true, false]);
  }
});
