import assert from "node:assert/strict";
import textOnly from "../../lint/text_only.ts";

const refused = (source: string) => Deno.lint.runPlugin(textOnly, "view.tsx", source).length;

Deno.test("no text is ever read as markup", () => {
  for (
    const source of [
      "box.innerHTML = name;",
      'box["outerHTML"] = name;',
      'box.insertAdjacentHTML("beforeend", name);',
      "<p dangerouslySetInnerHTML={{ __html: name }} />;",
      "<iframe srcdoc={name} />;",
      'new DOMParser().parseFromString(name, "text/html");',
    ]
  ) assert.ok(refused(source) > 0, source);
});

Deno.test("text as text is no offence", () => {
  assert.equal(refused("<p title={name}>{name}</p>; box.textContent = name;"), 0);
});
