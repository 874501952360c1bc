import Hashing
import Testing

/// Vectors of xxHash's own sanity check, one for each path through the algorithm.
@Suite struct XXH3Tests {
    @Test(
        arguments: [
            (0, 0x2D06_8005_38D3_94C2, 0xA8A6_B918_B2F0_364A),
            (1, 0xC44B_DFF4_074E_ECDB, 0x032B_E332_DD76_6EF8),
            (6, 0x27B5_6A84_CD2D_7325, 0x8458_9C11_6AB5_9AB9),
            (12, 0xA713_DAF0_DFBB_77E7, 0xE730_3E1B_2336_DE0E),
            (24, 0xA3FE_70BF_9D35_10EB, 0x850E_80FC_35BD_D690),
            (48, 0x397D_A259_ECBA_1F11, 0xADC2_CBAA_44AC_C616),
            (80, 0xBCDE_FBBB_2C47_C90A, 0xC6DD_0CB6_9953_2E73),
            (195, 0xCD94_217E_E362_EC3A, 0xBA68_003D_370C_B3D9),
            (403, 0xCDEB_804D_65C6_DEA4, 0x6259_F6EC_FD64_43FD),
            (2048, 0xDD59_E2C3_A5F0_38E0, 0x66F8_1670_669A_BABC),
            (2367, 0xCB37_AEB9_E5D3_61ED, 0xD2DB_3415_B942_B42A),
        ] as [(Int, UInt64, UInt64)]
    )
    func hash64(count: Int, expected: UInt64, seeded: UInt64) {
        let seed: UInt64 = 11_400_714_785_074_694_797
        #expect(testBytes(count).withUnsafeBytes { XXH3.hash64($0) } == expected)
        #expect(testBytes(count).withUnsafeBytes { XXH3.hash64($0, seed: seed) } == seeded)
    }

    @Test(
        arguments: [
            (0, 0x99AA_06D3_0147_98D8, 0x6001_C324_468D_497F),
            (1, 0xA6CD_5E93_9200_0F6A, 0xC44B_DFF4_074E_ECDB),
            (6, 0x082A_FE0B_8162_D12A, 0x3E70_39BD_DA43_CFC6),
            (12, 0x6E3E_FD8F_C780_2B18, 0x061A_1927_13F6_9AD9),
            (24, 0x0CE9_66E4_678D_3761, 0x1E70_44D2_8B1B_901D),
            (48, 0xA002_AC4E_5478_227E, 0xF942_219A_ED80_F67B),
            (222, 0x337E_0964_1B94_8717, 0xF1AE_BD59_7CEC_6B3A),
            (403, 0x1B6D_E21E_332D_D73D, 0xCDEB_804D_65C6_DEA4),
            (2048, 0xF736_557F_D470_73A5, 0xDD59_E2C3_A5F0_38E0),
            (2367, 0xE89C_0F6F_F369_B427, 0xCB37_AEB9_E5D3_61ED),
        ] as [(Int, UInt64, UInt64)]
    )
    func hash128(count: Int, high: UInt64, low: UInt64) {
        let expected = UInt128(high) << 64 | UInt128(low)
        #expect(testBytes(count).withUnsafeBytes { XXH3.hash128($0) } == expected)
    }

    @Test func noAddressIsNoBytes() {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(XXH3.hash64(nothing) == 0x2D06_8005_38D3_94C2)
    }
}
