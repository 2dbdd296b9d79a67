// @ts-check
/** The extension finds in a tree the text tags that the proxy finds in bytes. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";

import { runningTexts } from "../../extension/content/contexts.js";
import { textTags } from "../../extension/content/text_tags.js";

const vectors = new URL("../vectors/contexts.json", import.meta.url);
const { JSDOM } = createRequire(new URL("../../build/node/x", import.meta.url))(
  "jsdom",
);

for (const { html, ids } of JSON.parse(readFileSync(vectors, "utf-8")).cases) {
  test(`the tags that count in ${html}`, () => {
    // With scripts, <noscript> is raw text, as it is for a reader.
    const { window } = new JSDOM(html, { runScripts: "outside-only" });
    const { document, Node, NodeFilter } = window;
    Object.assign(globalThis, { document, Node, NodeFilter });

    const found = [...runningTexts(document)].flatMap((text) => textTags(text.data));

    // What a browser moves before a table, jsdom moves behind it: the order is for the
    // test in browsers.
    assert.deepEqual(found.map(({ id }) => id).sort(), [...ids].sort());
  });
}
