/** Seals documents in the name of an insurer, and reads the seals of others. */
export interface SealPort {
  /** Whether there is a key for the insurer. */
  readonly hasKey: (insurerId: string) => Promise<boolean>;
  /**
   * A detached CAdES signature over some bytes with the insurer's key.
   *
   * @returns a CMS message in DER
   * @throws Error if there is no key for the insurer
   */
  readonly sign: (insurerId: string, content: Uint8Array, at: Date) => Promise<Uint8Array>;
  /** What a detached signature says and whether it holds. Never throws for what the message contains. */
  readonly read: (cms: Uint8Array, content: Uint8Array) => Promise<SealFacts>;
  /**
   * Whether a seal was made by its claimed owner, as far as the configured roots can tell.
   *
   * @param owner full name that the signer's certificate has to bear
   * @param now milliseconds
   * @throws Error that names a file of the trust store that cannot be used
   */
  readonly judge: (facts: SealFacts, owner: string, now: number) => Promise<SealTrust>;
}

/** One certificate of a seal's chain, the signer's first. */
export interface SealCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** Milliseconds. */
  readonly validFrom: number;
  readonly validUntil: number;
  readonly selfSigned: boolean;
  /** Signed by the certificate after it, or by itself where it is the last. */
  readonly signatureHolds: boolean;
}

export interface SealFacts {
  /** The signature fits the bytes and the signer's certificate. */
  readonly holds: boolean;
  /** Why not; null where it holds. For people, in Chinese. */
  readonly fault: string | null;
  /** By the signer's own clock, milliseconds; null where it is not said. */
  readonly signedAt: number | null;
  readonly chain: readonly SealCertificate[];
  /** In DER: the signer's, then all others that the message brings along; empty where the signer's is not among them. */
  readonly certificates: readonly Uint8Array<ArrayBuffer>[];
}

export interface SealTrust {
  readonly trusted: boolean;
  /** Why not; null where it is. For people, in Chinese. */
  readonly fault: string | null;
  /** Name of the root that it leads to; null where it is not trusted. */
  readonly root: string | null;
  /** Whether a current revocation list of every issuer on the way was at hand. */
  readonly revocationChecked: boolean;
}
