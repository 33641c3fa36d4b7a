import { isId } from '../../engine/token.ts';
import { RollcallError } from '../../errors.ts';
import { readLabel } from '../label.ts';
import { sessionOperation } from '../operation.ts';
import { labelAnswer, labelRequest } from '../wire.ts';

export const labelDevice = sessionOperation({
  method: 'patch',
  path: '/api/devices/{id}',
  id: 'labelDevice',
  summary: 'Give a device of the owner a name, or take it away with null',
  body: labelRequest,
  status: 200,
  answer: labelAnswer,
  run: async (exchange, { session }, { body, path }) => {
    const id = path['id'] ?? '';
    const label = readLabel(body.label);
    const isLabelled = isId(id) && (await exchange.options.sessions.labelDevice(session, id, label));
    if (!isLabelled) throw new RollcallError('not_found');
    return { value: { id, label } };
  },
});
