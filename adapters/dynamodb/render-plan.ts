/**
 * WritePlan → the one request that carries it. Pure, so that what is sent can be printed and tested without a client.
 *
 * @module
 */
import type {
  DeleteItemCommandInput,
  PutItemCommandInput,
  TransactWriteItem,
  TransactWriteItemsCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import type { WriteAction, WritePlan } from '../../core/store/write-plan.ts'
import { mapToWire } from './attribute-values.ts'
import { ExpressionAttributes } from './expression-attributes.ts'
import { renderCondition, renderRequiredCondition } from './render-condition.ts'
import { renderRequiredUpdate, renderUpdate } from './render-update.ts'

export type WriteRequest =
  | { readonly kind: 'put'; readonly input: PutItemCommandInput }
  | { readonly kind: 'update'; readonly input: UpdateItemCommandInput }
  | { readonly kind: 'delete'; readonly input: DeleteItemCommandInput }
  | { readonly kind: 'transaction'; readonly input: TransactWriteItemsCommandInput }

// The image that comes back with a failed condition saves the reading of it.
const imageOnFailure = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const

/** One write is sent as itself, at half the price of a transaction; a lone check exists only as a transaction. */
export function renderPlan({ id, actions }: WritePlan): WriteRequest {
  const [action] = actions
  if (actions.length === 1 && action && action.kind !== 'check') return renderSingle(action)
  return {
    kind: 'transaction',
    input: { ClientRequestToken: id, TransactItems: actions.map(renderTransactItem) },
  }
}

function renderSingle(action: Exclude<WriteAction, { kind: 'check' }>): WriteRequest {
  const attributes = new ExpressionAttributes()
  switch (action.kind) {
    case 'put':
      return { kind: 'put', input: { ...put(action), ...guard(action, attributes) } }
    case 'update': {
      const update = renderUpdate(action.update, attributes)
      const expression = update === undefined ? {} : { UpdateExpression: update }
      return { kind: 'update', input: { ...target(action), ...expression, ...guard(action, attributes) } }
    }
    case 'delete':
      return { kind: 'delete', input: { ...target(action), ...guard(action, attributes) } }
    default:
      return action satisfies never
  }
}

function renderTransactItem(action: WriteAction): TransactWriteItem {
  const attributes = new ExpressionAttributes()
  switch (action.kind) {
    case 'put':
      return { Put: { ...put(action), ...guard(action, attributes) } }
    case 'update': {
      const UpdateExpression = renderRequiredUpdate(action.update, attributes)
      return { Update: { ...target(action), UpdateExpression, ...guard(action, attributes) } }
    }
    case 'delete':
      return { Delete: { ...target(action), ...guard(action, attributes) } }
    case 'check': {
      const ConditionExpression = renderRequiredCondition(action.condition, attributes)
      return { ConditionCheck: { ...target(action), ConditionExpression, ...attributes.members(), ...imageOnFailure } }
    }
    default:
      return action satisfies never
  }
}

const target = ({ table, key }: WriteAction) => ({ TableName: table, Key: mapToWire(key) })

const put = ({ table, item }: WriteAction & { kind: 'put' }) => ({ TableName: table, Item: mapToWire(item) })

/** Condition and placeholders. Comes after all other expressions of the request, as it collects their placeholders too. */
function guard(action: WriteAction, attributes: ExpressionAttributes) {
  const condition = renderCondition(action.condition, attributes)
  return {
    ...(condition !== undefined && { ConditionExpression: condition }),
    ...attributes.members(),
    ...imageOnFailure,
  }
}
