/** How the certificates of one thing stand, as the list of certificates says it. */
import type { TestProduct } from "#test/world.ts";

export async function certificatesOf(product: TestProduct, filter: string, id: string) {
  const total = async (more: string): Promise<number> =>
    (await product.ok("GET", `/api/v1/certificates?${filter}=${id}&per_page=1&${more}`)).total;
  return {
    used: await total("archived=false"),
    failed: await total("status=Failed"),
    expired: await total("status=Expired"),
    expiring: await total("status=Expiring"),
    archived: await total("archived=true"),
  };
}
