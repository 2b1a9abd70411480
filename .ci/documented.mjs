// Every name that the package exports has a doc comment where it is declared. `npm run docs` also looks at signatures; it
// needs typedoc, and this only text.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const entries = Object.values(exports).flatMap((entry) => entry['draftwork-source'] ?? [])

const bare = []
let names = 0
for (const entry of entries) {
  for (const [, list, from] of readFileSync(entry, 'utf8').matchAll(/^export (?:type )?\{(.*?)\} from '(.*?)'$/gms)) {
    const file = join(dirname(entry), from)
    const text = readFileSync(file, 'utf8')
    for (const name of list.split(',').map((each) => each.trim().replace('type ', ''))) {
      if (name === '') continue
      names++
      const kinds = '(?:abstract )?(?:interface|type|class|const|(?:async )?function)'
      const declared = new RegExp(
        `(\\*/\\n)?(?:// biome-ignore .*\\n)*^export (?:declare )?${kinds} ${name}\\b`,
        'm',
      ).exec(text)
      if (declared?.[1] === undefined) bare.push(`${file}: ${name}`)
    }
  }
}
if (names === 0) bare.push('no exported names found; look for them in another way')
if (bare.length > 0) {
  console.error(`Exported without a doc comment:\n${bare.join('\n')}`)
  process.exit(1)
}
console.log(`${names} names, each with its comment`)
