/** The address with its telling half left out: "203.0.···.···", "2001:db8:···". */
export function maskedAddress(address: string): string {
  if (address.includes(':')) {
    const groups = address.split(':').slice(0, 2);
    return `${groups.join(':')}:···`;
  }
  return `${address.split('.').slice(0, 2).join('.')}.···.···`;
}
