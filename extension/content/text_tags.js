// @ts-check
/**
 * The text tag's grammar, on the text of a page: `[Flattr=ID]`.
 *
 * The browser has read the character references already. A bracket on either side makes
 * a tag an escape, and so does half an escape. `overallt.tagging.text_tags` says the
 * same of bytes; both are held to `tests/vectors/text_tags.json`.
 */

const TAG =
  /(?<!\[)\[[ \t]{0,4}flattr[ \t]{0,4}=[ \t]{0,4}([a-z0-9._-]{1,30})[ \t]{0,4}\](?!\])/gi;

// No leading zero, and below 10^18.
const THING_ID = /^[1-9][0-9]{0,17}$/;
// Never all digits, so that one look tells it from a thing's number.
const USERNAME = /^(?![0-9]+$)[a-z0-9][a-z0-9._-]{0,29}$/;

/**
 * @typedef {object} TextTag
 * @property {string} id a thing's number or a username in lower case
 * @property {number} start where its first bracket stands in the text
 * @property {number} end where the text goes on behind it
 */

/**
 * Return the text tags in a run of text, from left to right.
 *
 * @param {string} text
 * @returns {TextTag[]}
 */
export function textTags(text) {
  return Array.from(text.matchAll(TAG), (match) => ({
    id: match[1].toLowerCase(),
    start: match.index,
    end: match.index + match[0].length,
  })).filter(({ id }) => THING_ID.test(id) || USERNAME.test(id));
}
