// Publishes what is committed, after every check: `npm run release`, in a CI job that may sign the package's provenance
// (`id-token: write`). `npm run release -- --dry-run` does everything but the last step.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const isDryRun = process.argv.includes('--dry-run')
const { version, repository } = JSON.parse(readFileSync('package.json', 'utf8'))
const output = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' }).trim()
const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit' })

const problems = [
  output('git', 'status', '--porcelain') !== '' && 'there are changes that are not committed',
  output('git', 'tag', '--list', `v${version}`) !== '' && `the tag v${version} is there already; raise the version`,
  !readFileSync('CHANGELOG.md', 'utf8').includes(`\n## ${version}`) && `CHANGELOG.md has no section ## ${version}`,
  repository === undefined && 'package.json names no repository, against which npm checks the provenance',
].filter(Boolean)
if (problems.length > 0) {
  console.error(`Not released: ${problems.join('; ')}.`)
  process.exit(1)
}
run('npm', 'test')
run('npm', 'run', 'package')
// `publishConfig` asks for the provenance.
run('npm', 'publish', ...(isDryRun ? ['--dry-run', '--no-provenance'] : []))
if (!isDryRun) run('git', 'tag', `v${version}`)
