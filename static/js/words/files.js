/** Files: in the conversation, on their way, and all of a room. */

import { LANGUAGE, isolated } from './sentences.js';

export const files = {
  files: 'Files',
  filesOf: ({ direct, name }) => (direct ? `Files shared with ${isolated(name)}` : `Files of ${isolated(name)}`),
  loadingFiles: 'Loading files',
  noFiles: 'No files yet. Drop one into the conversation, or press the paper clip beside the message.',
  showPicture: (name) => `Show ${isolated(name)} large`,
  pictureOf: (n, all) => (all > 1 ? `${n} of ${all}` : ''),
  previousPicture: 'Previous picture',
  nextPicture: 'Next picture',
  pictureGone: 'This picture is not here any more.',
  download: (name) => `Download ${isolated(name)}`,
  fileAbout: ({ name, type, size }) => `${files.kindOfFile(name, type)} · ${files.size(size)}`,
  kindOfFile(name, type) {
    const known = { 'application/pdf': 'PDF', 'application/zip': 'ZIP', 'text/plain': 'Text', 'text/html': 'Web page' };
    return known[type] ?? /\.(\w{1,6})$/.exec(name)?.[1].toUpperCase() ?? 'File';
  },
  size(bytes) {
    if (bytes === 1) return '1 byte';
    const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
    let at = 0;
    let amount = bytes;
    for (; amount >= 1024 && at < units.length - 1; at += 1) amount /= 1024;
    return `${amount.toLocaleString(LANGUAGE, { maximumFractionDigits: at > 1 ? 1 : 0 })} ${units[at]}`;
  },

  // On their way
  attach: 'Attach files',
  attachedFiles: 'Attached files',
  dropHere: 'Drop files to attach them',
  takeOutFile: (name) => `Take out ${isolated(name)}`,
  uploading: (part, size) => `${Math.floor(part * 100)} % of ${files.size(size)}`,
  uploadChecked: 'Almost there',
  uploadAgain: 'The connection was lost; trying again',
  uploadFailed: 'Not uploaded. Check your connection.',
  noFolders: 'A folder can’t be attached. Choose the files in it, or put it into a ZIP.',
  tooLarge: (limit) => `Larger than ${files.size(limit)}, the most here`,
  tooManyFiles: (n) => `A message can have ${n} files. Send these first.`,
};
