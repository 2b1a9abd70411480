/**
 * The first column of each section as bars with their range, in one SVG that stands alone.
 *
 * @module
 */

import { print, type Spread } from './spread.ts'
import type { Section } from './suite.ts'

const LABELS = 260
const BARS = 420
const VALUES = 180
const LINE = 24
const HEAD = 44

export function drawChart(name: string, sections: readonly Section[]): string {
  let y = 0
  const parts: string[] = []
  for (const section of sections) {
    parts.push(...drawSection(section, y))
    y += HEAD + section.rows.length * LINE + 16
  }
  const width = LABELS + BARS + VALUES
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" role="img"`,
    ` aria-label="${escaped(name)}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${width}" height="${y}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

function drawSection({ title, columns, rows }: Section, top: number): string[] {
  const [column] = columns
  const longest = Math.max(...rows.map(({ figures }) => figures[0]?.max ?? 0), Number.MIN_VALUE)
  const x = (value: number): number => LABELS + (Math.max(0, value) / longest) * BARS
  const heading = column ? `${title} — ${column.name}` : title
  return [
    text(8, top + 24, heading, 'font-weight="600"'),
    ...rows.flatMap(({ name, figures }, i) => {
      const y = top + HEAD + i * LINE
      const label = text(LABELS - 8, y + 12, name, 'text-anchor="end"')
      const figure: Spread | undefined = figures[0]
      if (!figure) return [label]
      const colour = name.startsWith('draftwork') ? '#0b7285' : '#adb5bd'
      return [
        label,
        `<rect x="${LABELS}" y="${y}" width="${(x(figure.median) - LABELS).toFixed(1)}" height="16" fill="${colour}"/>`,
        `<line x1="${x(figure.min).toFixed(1)}" x2="${x(figure.max).toFixed(1)}" y1="${y + 8}" y2="${y + 8}" stroke="#212529"/>`,
        text(x(figure.max) + 6, y + 12, print(figure, column?.digits)),
      ]
    }),
  ]
}

const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escaped(content)}</text>`

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
