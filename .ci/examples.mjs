// Compiles and runs every example of the documentation: the TypeScript blocks of each page, in order, are one program. And
// looks for what pages easily miss: a row for each error code, and files behind links.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const folder = 'dist-examples'
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)

const pages = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const programs = []
for (const page of pages) {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code)
  if (blocks.length === 0) continue
  const file = `${folder}/${page.replace(/\W+/g, '-').toLowerCase().replace(/-md$/, '')}.ts`
  writeFileSync(file, `${blocks.join('\n')}\nexport {}\n`)
  programs.push({ page, file })
}

const missing = []
const codes = [...readFileSync('core/errors.ts', 'utf8').matchAll(/^ {2}readonly ([A-Z_]+):/gm)].map(([, code]) => code)
const rows = new Set(
  [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code),
)
if (codes.length === 0) missing.push('core/errors.ts: no error codes found; look for them in another way')
for (const code of codes) if (!rows.delete(code)) missing.push(`docs/errors.md: ${code} has no row`)
for (const code of rows) missing.push(`docs/errors.md: there is no ${code}`)
const slug = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .replaceAll(' ', '-')
const anchors = (file) => [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading))
for (const page of [...pages, 'CONTRIBUTING.md', 'CHANGELOG.md']) {
  for (const [, link, anchor] of readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]*)#?([^)\s]*)\)/g)) {
    if (/^https?:/.test(link)) continue
    const file = link === '' ? page : join(dirname(page), link)
    if (!existsSync(file)) missing.push(`${page}: no ${link}`)
    else if (anchor !== '' && !anchors(file).includes(anchor)) missing.push(`${page}: ${file} has no #${anchor}`)
  }
}
if (missing.length > 0) {
  console.error(missing.join('\n'))
  process.exit(1)
}

const compiler = JSON.stringify({
  extends: '../tsconfig.json',
  compilerOptions: { noUnusedLocals: false },
  include: ['*.ts'],
})
writeFileSync(`${folder}/tsconfig.json`, compiler)
execFileSync('node_modules/.bin/tsc', ['-p', folder, '--pretty', 'false'], { stdio: 'inherit' })

for (const { page, file } of programs) {
  execFileSync(process.execPath, ['--conditions=draftwork-source', '--import', 'tsx', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  console.log(`${page}: compiles and runs`)
}
