// A terminal screen without an end: takes what programs write to a terminal and knows what it would show.
// Understands what dbctl's rows use (ECMA-48): line feeds, cursor up and to a column, erasing, colours.

const escape = String.fromCodePoint(27);
const token = new RegExp(String.raw`${escape}\[([?\d;]*)([A-Za-z])|${escape}.|[\s\S]`, 'gu');

/** The lines of the final screen; a line is a list of { text, style }, style being the SGR codes in force, e.g. "1;32". */
export function screenOf(output) {
  const screen = { lines: [[]], row: 0, column: 0, style: '' };
  for (const [found, parameters, letter] of output.matchAll(token)) {
    if (letter) control(screen, parameters, letter);
    else type(screen, found);
  }
  return screen.lines.map(runsOf);
}

function type(screen, character) {
  if (character === '\n') moveTo(screen, screen.row + 1);
  else if (character === '\r') screen.column = 0;
  else if (character >= ' ' && !character.startsWith(escape)) {
    screen.lines[screen.row][screen.column] = { character, style: screen.style };
    screen.column += 1;
  }
}

function moveTo(screen, row) {
  screen.row = Math.max(0, row);
  while (screen.lines.length <= screen.row) screen.lines.push([]);
}

function control(screen, parameters, letter) {
  const number = Number(parameters) || 1;
  if (letter === 'A') moveTo(screen, screen.row - number);
  if (letter === 'B') moveTo(screen, screen.row + number);
  if (letter === 'G') screen.column = number - 1;
  if (letter === 'K') erase(screen, parameters);
  if (letter === 'J') screen.lines.splice(screen.row + 1);
  if (letter === 'J') erase(screen, parameters);
  if (letter === 'm') screen.style = styleAfter(screen.style, parameters);
}

function erase(screen, parameters) {
  const line = screen.lines[screen.row];
  screen.lines[screen.row] = parameters === '2' ? [] : line.slice(0, screen.column);
}

/** 0 ends everything, 22 bold and faint, 39 the colour; the others add up. */
function styleAfter(style, parameters) {
  const codes = new Set(style === '' ? [] : style.split(';'));
  for (const code of (parameters || '0').split(';')) {
    const ends = { 0: /./, 22: /^[12]$/, 39: /^[39]\d$/ }[code];
    const old = [...codes].filter(
      (one) => ends?.test(one) ?? (/^[39]\d$/.test(code) && /^[39]\d$/.test(one)),
    );
    for (const one of old) codes.delete(one);
    if (ends === undefined) codes.add(code);
  }
  return [...codes].join(';');
}

function runsOf(line) {
  const runs = [];
  for (const cell of Array.from(line, (one) => one ?? { character: ' ', style: '' })) {
    const last = runs.at(-1);
    if (last?.style === cell.style) last.text += cell.character;
    else runs.push({ text: cell.character, style: cell.style });
  }
  return runs;
}
