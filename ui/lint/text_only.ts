// deno-lint-ignore-file page/text-only -- the names that are banned stand here
/** A rule for `deno lint`: text reaches the page as text, and nothing in it is ever read as markup or as code. */

const BANNED = new Set([
  "innerHTML",
  "outerHTML",
  "insertAdjacentHTML",
  "dangerouslySetInnerHTML",
  "srcdoc",
  "parseFromString",
  "createContextualFragment",
  "setHTMLUnsafe",
]);

const plugin: Deno.lint.Plugin = {
  name: "page",
  rules: {
    "text-only": {
      create(context) {
        const judge = (node: Deno.lint.Node, name: string) => {
          if (BANNED.has(name)) {
            context.report({
              node,
              message: `${name} reads text as markup: make elements instead.`,
            });
          }
        };
        return {
          Identifier: (node) => judge(node, node.name),
          JSXIdentifier: (node) => judge(node, node.name),
          Literal: (node) => typeof node.value === "string" && judge(node, node.value),
        };
      },
    },
  },
};

export default plugin;
