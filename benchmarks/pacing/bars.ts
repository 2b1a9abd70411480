/**
 * Cells as bars: how much was used, and what was refused, in one SVG that stands alone.
 *
 * @module
 */
import type { Cell } from './index.ts'

const [LINE, LABELS, BARS, HEAD] = [18, 150, 360, 30]

export function drawBars(cells: readonly Cell[]): string {
  const groups = new Map<string, Cell[]>()
  for (const cell of cells) {
    const { limit, sizes, workers, processes } = cell
    const title = `${limit} units/s, ${sizes}, ${workers} workers${processes > 1 ? ` in ${processes} processes` : ''}`
    groups.set(title, [...(groups.get(title) ?? []), cell])
  }
  const parts: string[] = []
  let y = 0
  for (const [title, group] of groups) {
    parts.push(`<text x="8" y="${y + 20}" font-weight="600">${title}</text>`)
    y += HEAD
    for (const { way, used, throttled, p99 } of group) {
      const [width, refused] = [used * BARS, throttled * BARS]
      parts.push(
        `<text x="8" y="${y + 13}">${way}</text>`,
        `<rect x="${LABELS}" y="${y + 2}" width="${width.toFixed(1)}" height="8" fill="#2a7"/>`,
        `<rect x="${LABELS}" y="${y + 11}" width="${refused.toFixed(1)}" height="4" fill="#c33"/>`,
        `<text x="${LABELS + BARS + 12}" y="${y + 13}">${(used * 100).toFixed(1)} % used, ${(throttled * 100).toFixed(1)} % throttled, p99 ${p99.toFixed(0)} ms</text>`,
      )
      y += LINE
    }
    y += 8
  }
  const width = LABELS + BARS + 300
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" role="img" aria-label="pacing" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${y}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}
