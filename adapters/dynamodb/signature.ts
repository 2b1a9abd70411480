/**
 * AWS Signature Version 4 of a request to DynamoDB: the four headers it needs and no more. Pure but for the key of the day,
 * which is derived once and kept.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * @module
 */
import { createHmac, hash } from 'node:crypto'

/** Whoever signs. As the SDK's providers give them. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** What the signature is valid for. */
interface Scope {
  readonly region: string
  readonly service: string
}

interface Signable {
  readonly host: string
  /** Value of the header `x-amz-target`. */
  readonly target: string
  readonly body: string
}

export class Signer {
  readonly #credentials: Credentials
  readonly #scope: Scope
  #day = ''
  #key: Buffer | undefined

  constructor(credentials: Credentials, scope: Scope) {
    this.#credentials = credentials
    this.#scope = scope
  }

  /** The headers that make a `POST /` of this body a signed one. `now` is milliseconds since 1970. */
  sign({ host, target, body }: Signable, now: number): Record<string, string> {
    const { accessKeyId, sessionToken } = this.#credentials
    const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
    const day = time.slice(0, 8)
    const scope = `${day}/${this.#scope.region}/${this.#scope.service}/aws4_request`
    const [token, tokenName] =
      sessionToken === undefined ? ['', ''] : [`x-amz-security-token:${sessionToken}\n`, 'x-amz-security-token;']
    const names = `host;x-amz-date;${tokenName}x-amz-target`
    const headers = `host:${host}\nx-amz-date:${time}\n${token}x-amz-target:${target}\n`
    const canonical = `POST\n/\n\n${headers}\n${names}\n${sha256(body)}`
    const signature = hmac(this.#keyOf(day), `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString(
      'hex',
    )
    return {
      'x-amz-date': time,
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    }
  }

  #keyOf(day: string): Buffer {
    if (this.#key === undefined || day !== this.#day) {
      const { region, service } = this.#scope
      this.#key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
        hmac,
        `AWS4${this.#credentials.secretAccessKey}`,
      ) as Buffer
      this.#day = day
    }
    return this.#key
  }
}

const sha256 = (text: string): string => hash('sha256', text)

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest()
