// @ts-check
/**
 * Where a text tag counts: only in what a reader sees as running text.
 *
 * The browser has built the tree, so what is around a text decides. The content of a
 * `<template>` is a document of its own, which no walk enters. The proxy decides the same
 * from bytes, in `overallt.tagging.contexts`; both are held to
 * `tests/vectors/contexts.json`.
 */

const FORBIDDING = new Set([
  ...["a", "audio", "button", "canvas", "code", "datalist", "head", "iframe", "kbd"],
  ...["math", "noembed", "noframes", "noscript", "object", "optgroup", "option"],
  ...["plaintext", "samp", "script", "select", "style", "svg", "template", "textarea"],
  ...["title", "video", "xmp"],
]);

/**
 * Tell whether an element holds no button, wherever in it the text stands.
 *
 * @param {Element} element
 * @returns {boolean}
 */
function forbids(element) {
  const editable = element.getAttribute("contenteditable");
  const isEditable = editable !== null && editable.toLowerCase() !== "false";
  return isEditable || FORBIDDING.has(element.localName);
}

/**
 * Tell whether a text tag in this node would count: neither it nor what is around it
 * forbids that.
 *
 * @param {Node} node
 * @returns {boolean}
 */
export function counts(node) {
  const isElement = node.nodeType === Node.ELEMENT_NODE;
  let element = isElement ? /** @type {Element} */ (node) : node.parentElement;
  for (; element; element = element.parentElement) {
    if (forbids(element)) return false;
  }
  return true;
}

/**
 * Give the texts in which a tag counts, in the page's order.
 *
 * @param {Node} root where to look; what is around it may forbid all
 * @returns {Generator<Text>}
 */
export function* runningTexts(root) {
  if (!counts(root)) return;
  const shown = NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT;
  const walker = document.createTreeWalker(root, shown, (node) =>
    node.nodeType === Node.ELEMENT_NODE && forbids(/** @type {Element} */ (node))
      ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_ACCEPT,
  );
  while (walker.nextNode()) {
    const text = /** @type {Text} */ (walker.currentNode);
    if (text.nodeType === Node.TEXT_NODE) yield text;
  }
}
