// The random tests with other seeds, again and again, for DEEP_MINUTES (default 10); ends at the first failure.
import { spawnSync } from 'node:child_process'

const minutes = Number(process.env.DEEP_MINUTES ?? 10)
const end = Date.now() + minutes * 60_000
const uvu = ['--conditions=draftwork-source', '--import', 'tsx', 'node_modules/uvu/bin.js', 'test']
const random = '(parity|simulation|once|bad-input|adapters/level|property).*\\.test\\.ts$'

for (let round = 1; Date.now() < end; round++) {
  const seed = Date.now() % 2_000_000_000
  const sizes = { PARITY_RUNS: 2000, SIM_RUNS: 2000, SIM_SEED: seed, ONCE_KILLS: 200 }
  console.log(
    `\n── round ${round}: ${Object.entries(sizes)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
  )
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
  for (const [name, value] of Object.entries(sizes)) env[name] = String(value)
  const { status } = spawnSync(process.execPath, [...uvu, random], { env, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
