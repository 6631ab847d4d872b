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

/** The installation on a host, as its receipt describes it. */
public record Installation(Receipt receipt, ServerSpec spec) {

    /** @throws UserError if nothing is installed; the message mentions an unfinished or running install */
    public static Installation load(StateStore records) {
        ReceiptStore store = records.receipts();
        return of(store.load(new Contents()).orElseThrow(() -> unfinishedOrMissing(records)), store);
    }

    /** @throws UserError if nothing is installed */
    static Installation load(ReceiptStore store) {
        return of(store.load(new Contents()).orElseThrow(() -> notInstalled(store)), store);
    }

    private static UserError unfinishedOrMissing(StateStore records) {
        return records.journals()
                .open()
                .map(journal ->
                        records.lock().other().map(Installation::inProgress).orElseGet(() -> interrupted(journal)))
                .orElseGet(() -> notInstalled(records.receipts()));
    }

    private static UserError inProgress(LockFile.Holder holder) {
        return new UserError(holder.description() + " is changing this installation; try again when it has finished.");
    }

    private static UserError interrupted(Journal journal) {
        return new UserError(journal.unfinished()
                + ", so no server is installed here. Run \"aiserver install\" or \"aiserver uninstall\";"
                + " both roll it back first.");
    }

    private static UserError notInstalled(ReceiptStore store) {
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
