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
}
