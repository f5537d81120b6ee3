/** What a message says in a line: its text, or where it has none the names of its files. */
export const gist = ({ text, files = [] }) => text || files.map(({ name }) => name).join(', ');
