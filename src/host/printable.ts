// A hostile or broken host must not write to the user's terminal: no escape sequence of it gets into an error.

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text without terminal escapes, control characters and direction overrides; newlines and tabs stay. */
export const printable = (text: string): string => text.replaceAll(escapes, '').replaceAll(controls, '');

/** The last lines of a text, printable, without blank lines at the end; of a flood, only what fits on a screen or two. */
export const lastLines = (text: string, count: number): string =>
  printable(text.slice(-longestShown)).trimEnd().split('\n').slice(-count).join('\n');

const longestShown = 8_000;
