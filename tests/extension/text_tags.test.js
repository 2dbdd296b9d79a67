// @ts-check
/** The extension reads text tags as the proxy does. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { textTags } from "../../extension/content/text_tags.js";

const vectors = new URL("../vectors/text_tags.json", import.meta.url);

for (const { text, ids } of JSON.parse(readFileSync(vectors, "utf-8")).cases) {
  test(`the tags in ${text}`, () => {
    const found = textTags(text).map(({ id }) => id);

    assert.deepEqual(found, ids);
  });
}

test("a tag stands where its brackets are", () => {
  const found = textTags("see [Flattr=Ada], or [ flattr = 7 ]");

  assert.deepEqual(found, [
    { id: "ada", start: 4, end: 16 },
    { id: "7", start: 21, end: 35 },
  ]);
});

test("letters that only look like the word's make no tag", () => {
  const found = textTags("[\uFB02attr=7][Fl\u0430ttr=7][Flattr=\u212Aa]");

  assert.deepEqual(found, []);
});

test("a million words are read in a moment", { timeout: 20_000 }, () => {
  const found = textTags("[flattr".repeat(1_000_000) + "=7]");

  assert.deepEqual(
    found.map(({ id }) => id),
    ["7"],
  );
});
