// Bundles every entry of the library except LevelDB's, minified, without what comes from outside the package.
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const everything = ['core/index.ts', 'adapters/memory/index.ts', 'adapters/dynamodb/index.ts']

/** The library's own code and its dependencies; the SDK, io-ts, fp-ts and OpenTelemetry are peers that the caller has. */
export async function bundle(entries = everything) {
  const { outputFiles } = await build({
    stdin: { contents: entries.map((entry) => `export * from './${entry}'`).join('\n'), resolveDir: '.', loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@aws-sdk/*', '@smithy/*', '@opentelemetry/*', 'io-ts', 'fp-ts', 'fp-ts/*'],
  })
  const [{ contents }] = outputFiles
  return { minified: contents.length, gzipped: gzipSync(contents, { level: 9 }).length }
}
