import { noDetails } from '../../errors/details';
import type { AppError, ErrorCode } from '../bindings';

/** A failure as the shell would report it. */
export function failure(
  code: ErrorCode,
  details: Partial<AppError['details']> = {},
  message = `scripted failure: ${code}`,
): AppError {
  return {
    code,
    message,
    details: { ...noDetails, ...details },
  };
}
