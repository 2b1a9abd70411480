// Compiles and runs every example of the documentation: the TypeScript blocks of each page, in order, are one program.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

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
