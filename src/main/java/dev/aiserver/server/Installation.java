package dev.aiserver.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.ReceiptStore;
import dev.aiserver.plan.StateStore;
import dev.aiserver.resource.Contents;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;

/** What is installed on a host, by its receipt. */
public record Installation(Receipt receipt, ServerSpec spec) {

    /** @throws UserError when nothing is installed, which says so when an installation has begun and not ended */
    public static Installation load(StateStore records) {
        ReceiptStore store = records.receipts();
        return of(store.load(new Contents()).orElseThrow(() -> begunOrNothing(records)), store);
    }

    /** @throws UserError when nothing is installed */
    static Installation load(ReceiptStore store) {
        return of(store.load(new Contents()).orElseThrow(() -> nothing(store)), store);
    }

    private static UserError begunOrNothing(StateStore records) {
        return records.journals()
                .open()
                .map(journal ->
                        records.lock().other().map(Installation::underWay).orElseGet(() -> interrupted(journal)))
                .orElseGet(() -> nothing(records.receipts()));
    }

    private static UserError underWay(LockFile.Holder holder) {
        return new UserError(holder.words() + " is changing this installation now; try again when it has ended.");
    }

    private static UserError interrupted(Journal journal) {
        return new UserError("The " + journal.operation() + " that began " + journal.since()
                + " did not end, so no server is installed here; run \"aiserver install\" to have one, or "
                + "\"aiserver uninstall\" to have none: either undoes first what was begun.");
    }

    private static UserError nothing(ReceiptStore store) {
        return new UserError(
                "aiserver is not installed here (there is no " + store.file() + "); run \"aiserver install\" first.");
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
