/** What a message says in a line: without Markdown's signs, as near as a line needs it; the names of its files. */

const LONGEST = 400; // characters looked at; of a gist some 200 are ever shown

/** @param {string} text as it was written */
export const plain = (text) =>
  text
    .slice(0, LONGEST)
    .replace(/```[\w+#.-]*\n?/g, '')
    .replace(/\[([^\]\n]+)\]\((?:https?:|mailto:)[^\s)]+\)/g, '$1')
    .replace(/(\*\*|~~)(\S|\S.*?\S)\1/g, '$2')
    .replace(/(^|[^\p{L}\p{N}*_`])([*_])(\S|\S.*?\S)\2(?![\p{L}\p{N}*_])/gu, '$1$3')
    .replace(/`([^`\n]+)`/g, '$1')
    .replace(/^ {0,3}(?:>|[-+*] |\d{1,9}[.)] ) ?/gm, '');

export const gist = ({ text, files = [] }) => (text ? plain(text) : files.map(({ name }) => name).join(', '));
