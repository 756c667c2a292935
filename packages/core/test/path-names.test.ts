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
