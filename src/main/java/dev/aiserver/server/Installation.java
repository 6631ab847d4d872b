package dev.aiserver.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.Trouble;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.ReceiptStore;
import dev.aiserver.resource.Contents;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;

/** What is installed on a host, by its receipt. */
public record Installation(Receipt receipt, ServerSpec spec) {

    /** @throws Trouble when nothing is installed */
    public static Installation load(ReceiptStore store) {
        Receipt receipt = store.load(new Contents())
                .orElseThrow(() -> new Trouble("aiserver is not installed here (there is no " + store.file()
                        + "); run \"aiserver install\" first."));
        return of(receipt, store);
    }

    static Installation of(Receipt receipt, ReceiptStore store) {
        return new Installation(receipt, spec(receipt, store));
    }

    static ServerSpec spec(Receipt receipt, ReceiptStore store) {
        try {
            String json = JsonMapper.builder().build().writeValueAsString(receipt.configuration());
            return SpecReader.recorded(store.file().toString(), json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a receipt is plain data", e);
        }
    }
}
