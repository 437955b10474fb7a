// npm run picture: runs the demo in a terminal and draws what that terminal shows to docs/demo.svg.
// A lab of an earlier demo is removed first, so that the picture shows a cluster being made.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { prepareProject, root } from './prepare.mjs';
import { screenOf } from './screen.mjs';

const columns = 100;
const size = { character: 8.4, line: 19, margin: 20, font: 14 };
const colours = {
  31: '#f47067',
  32: '#57ab5a',
  33: '#c69026',
  34: '#539bf5',
  36: '#39c5cf',
  90: '#768390',
  2: '#768390',
};

const terminal = (line) =>
  // script(1) gives a terminal to a program that has none.
  spawnSync('script', ['-qefc', `stty cols ${columns} rows 60; ${line}`, '/dev/null'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm-256color' },
  });

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function spanOf({ text, style }) {
  const codes = style.split(';');
  const colour = codes.map((code) => colours[code]).find(Boolean);
  const attributes = [
    colour ? ` fill="${colour}"` : '',
    codes.includes('1') ? ' font-weight="bold"' : '',
  ].join('');
  return attributes ? `<tspan${attributes}>${escape(text)}</tspan>` : escape(text);
}

function draw(lines) {
  const width = Math.ceil(columns * size.character + 2 * size.margin);
  const height = lines.length * size.line + 2 * size.margin;
  const rows = lines.map((runs, row) => {
    const y = size.margin + (row + 1) * size.line - 5;
    return `<text x="${size.margin}" y="${y}">${runs.map(spanOf).join('')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<rect width="100%" height="100%" rx="8" fill="#22272e"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${size.font}" fill="#d3dae1" style="white-space: pre">
${rows.filter((row) => !row.endsWith('"></text>')).join('\n')}
</g>
</svg>
`;
}

await prepareProject();
spawnSync('node', ['bin/dbctl.js', 'lab', 'down', '--name', 'demo'], { cwd: root, stdio: 'inherit' });
const { status, stdout } = terminal('npm run --silent demo');
process.stdout.write(stdout);
if (status !== 0) process.exit(status ?? 1);
const lines = screenOf(stdout);
while (lines.at(-1)?.length === 0) lines.pop();
// The beginning and the end: a picture of all lines would be too tall to be read.
const [first, last] = [12, 34];
const hidden = lines.slice(first, -last);
const shown =
  hidden.length === 0
    ? lines
    : [
        ...lines.slice(0, first),
        [{ text: `⋮ ${hidden.length} more lines`, style: '90' }],
        ...lines.slice(-last),
      ];
writeFileSync(`${root}docs/demo.svg`, draw(shown));
